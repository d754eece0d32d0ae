using CoreNode.Provision.Model;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Provision.Applying;

/// <summary>A file or folder that was changed and is held open until it is on the disk.</summary>
internal sealed record OpenNode(SafeFileHandle Handle, NodeState State, string Path)
{
    // More than that are synced with all else of their file system: a commit and a flush of the disk, not one for each.
    private const int Few = 3;

    /// <summary>All of them are on the disk.</summary>
    public static void Sync(ICalls calls, List<OpenNode> nodes)
    {
        List<ulong> done = [];
        foreach (OpenNode node in nodes)
        {
            int error = 0;
            if (nodes.Count <= Few)
            {
                error = calls.Sync(node.Handle);
            }
            else if (!done.Contains(node.State.Device))
            {
                done.Add(node.State.Device);
                error = calls.SyncFileSystem(node.Handle);
            }

            // Some file systems have nothing to sync of folders and say so.
            if (error == Error.Invalid && node.State.Kind == PathKind.Folder)
                error = 0;
            else if (error == 0 && node.State.Kind == PathKind.File)
                error = calls.CheckWritten(node.Handle);
            Error.Check(error, node.Path, "cannot be written to the disk");
        }
    }
}
