using CoreNode.Boot.Model;

namespace CoreNode.Boot;

/// <summary>Makes the root of the system to be, and becomes it.</summary>
internal static class RootBuilder
{
    private const int SigPipe = 13;

    // What the new root takes over from the boot stage.
    private static readonly string[] s_kept = ["dev", "proc", "sys", "run"];

    /// <summary>Makes folders that are missing.</summary>
    public static void MakeFolders(string root)
    {
        foreach ((string path, uint mode) in RootPlan.Folders)
        {
            string full = $"{root}/{path}";
            if (Path.Exists(full))
                continue;
            Directory.CreateDirectory(full);
            _ = BootCalls.ChangeMode(full, mode);
        }
    }

    /// <summary>Makes links that are missing, and mounts the slot and /etc.</summary>
    public static void Build(string root, SlotMount slot, BootConsole console)
    {
        MakeFolders(root);
        slot.MoveTo($"{root}/usr");
        foreach ((string path, string target) in RootPlan.Links)
        {
            string link = $"{root}/{path}";
            if (!Path.Exists(link) && Directory.Exists($"{root}/{target}"))
                _ = BootCalls.Link(target, link);
        }

        if (Directory.Exists($"{root}/usr/share/etc"))
        {
            // Nothing of it is left if it fails, and nothing else is mounted after it: the slot can be taken away.
            BootSystem.Mount(
                "overlay", $"{root}/etc", "overlay", BootCalls.NoAccessTimes, RootPlan.Overlay(root));
        }
        else
        {
            console.Warn("the slot has no /usr/share/etc: /etc holds what STATE has alone");
        }
    }

    /// <summary>
    /// Gives the memory of the archive back, makes <paramref name="root"/> the root of everything and becomes the
    /// system's first program. Comes back only by an exception, and then there is nothing left to go on with.
    /// </summary>
    public static void Become(string root, IReadOnlyList<string> arguments)
    {
        foreach (string name in s_kept)
            BootSystem.Move($"/{name}", $"{root}/{name}");
        Clear(root);
        if (BootCalls.ChangeFolder(root) != 0 || BootCalls.Mount(".", "/", null, BootCalls.Move, null) != 0
            || BootCalls.ChangeRoot(".") != 0 || BootCalls.ChangeFolder("/") != 0)
        {
            throw BootSystem.Error($"{root} cannot become the root");
        }

        // The runtime ignores it, and a program inherits what is ignored.
        _ = BootCalls.Signal(SigPipe, 0);
        throw BootSystem.Become($"/usr/{SlotMount.FirstProgram}", arguments);
    }

    // Only what came with the archive: nothing below a mount, and no links are followed.
    private static void Clear(string root)
    {
        foreach (string path in Directory.GetFileSystemEntries("/"))
        {
            string name = Path.GetFileName(path);
            if (path != root && !Array.Exists(s_kept, kept => kept == name))
                Clear(new FileInfo(path));
        }
    }

    private static void Clear(FileInfo entry)
    {
        bool isFolder = entry.LinkTarget is null && Directory.Exists(entry.FullName);
        if (!isFolder)
        {
            _ = BootCalls.Unlink(entry.FullName);
            return;
        }

        foreach (string path in Directory.GetFileSystemEntries(entry.FullName))
            Clear(new FileInfo(path));
    }
}
