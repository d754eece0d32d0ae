using CoreNode.Provision.Model;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Provision.Applying;

/// <summary>Removes a name, a folder with what is in it: no link is followed, no mount point is entered.</summary>
internal static class TreeRemoval
{
    private const int MostFolders = 128;

    /// <summary>Fails unless all below could be removed: nothing is mounted there, and it is not too deep.</summary>
    public static void Check(ICalls calls, SafeFileHandle parent, string name, string path, int depth = 0)
    {
        using SafeFileHandle folder = OpenFolder(calls, parent, name, path, depth, out List<string> names);
        foreach (string inside in names)
        {
            if (Look(calls, folder, inside, path)?.Kind == PathKind.Folder)
                Check(calls, folder, inside, $"{path}/{inside}", depth + 1);
        }
    }

    /// <summary>Removes it; nothing there is no error.</summary>
    public static void Remove(ICalls calls, SafeFileHandle parent, string name, string path, int depth = 0)
    {
        NodeState? state = Look(calls, parent, name, path);
        if (state is null)
            return;
        bool isFolder = state.Kind == PathKind.Folder;
        if (isFolder)
        {
            using SafeFileHandle folder = OpenFolder(calls, parent, name, path, depth, out List<string> names);
            foreach (string inside in names)
                Remove(calls, folder, inside, $"{path}/{inside}", depth + 1);
        }

        int error = calls.Remove(parent, name, isFolder);
        if (error != Error.NoEntry)
            Error.Check(error, path, "cannot be removed");
    }

    private static NodeState? Look(ICalls calls, SafeFileHandle folder, string name, string path)
    {
        int error = calls.Stat(folder, name, out NodeState state);
        if (error == Error.NoEntry)
            return null;
        Error.Check(error, $"{path}/{name}", "cannot be looked at");
        return state;
    }

    private static SafeFileHandle OpenFolder(
        ICalls calls, SafeFileHandle parent, string name, string path, int depth, out List<string> names)
    {
        if (depth > MostFolders)
            throw new IOException($"{path} cannot be removed: more than {MostFolders} folders deep; do it by hand");
        Error.Check(
            calls.Open(parent, name, OpenFlags.WholeFolder, 0, out SafeFileHandle folder), path, "cannot be removed");
        names = [];
        try
        {
            Error.Check(calls.Stat(folder, "", out NodeState state), path, "cannot be removed");
            if (state.IsMountRoot)
                throw new IOException($"{path} cannot be removed: something is mounted there; unmount that first");
            Error.Check(calls.List(folder, names), path, "cannot be removed");
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }
}
