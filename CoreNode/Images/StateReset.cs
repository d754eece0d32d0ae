using System.Text;
using CoreNode.Platform;

namespace CoreNode.Images;

/// <summary>
/// A factory reset: a file at the root of what a machine keeps orders it, and the boot stage carries it out before
/// anything is mounted over it. What is broken off is gone on with at the next start: the order goes last, and what is
/// kept is never touched. Any thread.
/// </summary>
public static class StateReset
{
    /// <summary>Name of the file with the order.</summary>
    public const string OrderName = ".corenode-reset";

    private const string Head = "corenode-reset 1";
    private const string Keep = "keep ";
    private const string End = "end";
    private const string LostAndFound = "lost+found";
    private const UnixFileMode OrderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>What may be kept by a word.</summary>
    public static readonly IReadOnlyList<(string Word, string[] Paths)> Words =
    [
        ("machine-id", ["etc/machine-id"]),
        ("hostname", ["etc/hostname"]),
        ("ssh-keys", ["etc/ssh/ssh_host_*"]),
        ("network", ["etc/systemd/network", "etc/systemd/resolved.conf.d"]),
        ("update-keys", ["etc/corenode/update-keys"]),
        ("data", ["var/lib/corenode"]),
    ];

    /// <summary>The paths, relative to the root, that a word or an absolute path stands for; null if it is neither.
    /// </summary>
    public static IReadOnlyList<string>? PathsOf(string word)
    {
        foreach ((string one, string[] paths) in Words)
        {
            if (one == word)
                return paths;
        }

        string relative = word.Trim('/');
        return word.StartsWith('/') && IsPath(relative) ? [relative] : null;
    }

    /// <summary>The first of these words that is a path of which there is nothing; null if there is none.</summary>
    public static string? Missing(string root, IReadOnlyList<string> words)
    {
        foreach (string word in words)
        {
            if (word.StartsWith('/') && !word.EndsWith('*') && !Path.Exists(Path.Combine(root, word.Trim('/'))))
                return word;
        }

        return null;
    }

    /// <summary>Orders it; an order that is there already is replaced.</summary>
    /// <param name="root">Where what the machine keeps is mounted.</param>
    /// <param name="keep">Relative paths; a last name may end in *.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Order(string root, IReadOnlyList<string> keep)
    {
        StringBuilder text = new(Head + "\n");
        foreach (string path in keep)
            text.Append(Keep).Append(path).Append('\n');
        text.Append(End).Append('\n');
        SmallFiles.Write(
            Path.Combine(root, OrderName), Encoding.UTF8.GetBytes(text.ToString()), OrderMode, replaces: true);
    }

    /// <summary>Takes it back; false if there was no order.</summary>
    public static bool TakeBack(string root)
    {
        string order = Path.Combine(root, OrderName);
        if (!File.Exists(order))
            return false;
        File.Delete(order);
        new RealFiles().SyncFolder(root);
        return true;
    }

    /// <summary>Carries an order out if there is one. Null if there is none.</summary>
    /// <param name="root">Where what the machine keeps is mounted, and nothing over it.</param>
    /// <param name="removing">Told each path before it is removed.</param>
    /// <returns>What could not be removed or followed, one line each; the machine starts all the same.</returns>
    public static IReadOnlyList<string>? Run(string root, Action<string> removing)
    {
        string order = Path.Combine(root, OrderName);
        try
        {
            return SmallFiles.TryRead(order) is { } text ? Run(root, order, text, removing) : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [fault.Message];
        }
    }

    private static List<string> Run(string root, string order, byte[] text, Action<string> removing)
    {
        if (Read(text) is not { } keep)
            return [$"{order} is no order that this version knows: nothing was removed; write it anew with "
                + "`corenode factory-reset`, or remove it"];
        if (MountBelow(root) is { } mount)
            return [$"{mount} is mounted: nothing was removed"];
        List<string> faults = [];
        Clear(root, "", keep, removing, faults);
        RealFiles files = new();
        files.SyncFolder(root);
        removing(order);
        File.Delete(order);
        files.SyncFolder(root);
        return faults;
    }

    private static void Clear(
        string root, string folder, IReadOnlyList<string> keep, Action<string> removing, List<string> faults)
    {
        foreach (FileSystemInfo one in Look(Path.Combine(root, folder), faults))
        {
            string path = folder.Length == 0 ? one.Name : $"{folder}/{one.Name}";
            if ((folder.Length == 0 && one.Name is OrderName or LostAndFound) || IsKept(path, keep))
                continue;
            bool isFolder = one is DirectoryInfo && one.LinkTarget is null;
            try
            {
                if (isFolder)
                    Clear(root, path, keep, removing, faults);
                if (isFolder && LeadsToKept(path, keep))
                    continue;
                removing(one.FullName);
                one.Delete();
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                faults.Add($"{one.FullName}: {fault.Message}");
            }
        }
    }

    private static FileSystemInfo[] Look(string folder, List<string> faults)
    {
        try
        {
            return new DirectoryInfo(folder).GetFileSystemInfos();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            faults.Add($"{folder}: {fault.Message}");
            return [];
        }
    }

    private static bool IsKept(string path, IReadOnlyList<string> keep)
    {
        foreach (string one in keep)
        {
            if (one == path || (one.EndsWith('*') && path.StartsWith(one[..^1], StringComparison.Ordinal)
                && !path[(one.Length - 1)..].Contains('/', StringComparison.Ordinal)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool LeadsToKept(string folder, IReadOnlyList<string> keep)
    {
        foreach (string one in keep)
        {
            if (one.StartsWith(folder + "/", StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    private static List<string>? Read(byte[] text)
    {
        string[] lines = Encoding.UTF8.GetString(text).Split('\n');
        if (lines.Length < 3 || lines[0] != Head || lines[^2] != End || lines[^1].Length > 0)
            return null;
        List<string> keep = [];
        foreach (string line in lines[1..^2])
        {
            if (!line.StartsWith(Keep, StringComparison.Ordinal) || !IsPath(line[Keep.Length..]))
                return null;
            keep.Add(line[Keep.Length..]);
        }

        return keep;
    }

    private static bool IsPath(string path)
    {
        foreach (string name in path.Split('/'))
        {
            if (name.Length == 0 || name is "." or ".." || name.AsSpan().ContainsAny('\n', '\0'))
                return false;
        }

        return true;
    }

    // Mount points as mountinfo writes them (proc(5)); spaces in a root do not occur.
    private static string? MountBelow(string root)
    {
        string text = SmallFiles.TryRead("/proc/self/mountinfo") is { } read ? Encoding.UTF8.GetString(read) : "";
        foreach (string line in text.Split('\n'))
        {
            string[] fields = line.Split(' ');
            if (fields.Length > 5 && fields[4].StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal))
                return fields[4];
        }

        return null;
    }
}
