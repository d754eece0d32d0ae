namespace CoreNode.Platform;

/// <summary>Names in folders of the system, such as those of the kernel. Any thread.</summary>
public static class SystemFolders
{
    /// <summary>True if it is a folder, or a link to one.</summary>
    public static bool Exists(string path) => Directory.Exists(path);

    /// <summary>Where a link leads in the end; the path itself if it is none.</summary>
    public static string Target(string path) =>
        File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;

    /// <summary>Names of files, folders and links in it, in byte order; empty if it is not there.</summary>
    /// <exception cref="IOException">It may not be read.</exception>
    public static IReadOnlyList<string> Names(string folder)
    {
        if (!Directory.Exists(folder))
            return [];
        try
        {
            List<string> names = [];
            foreach (string path in Directory.EnumerateFileSystemEntries(folder))
                names.Add(Path.GetFileName(path));
            names.Sort(string.CompareOrdinal);
            return names;
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException($"{folder} may not be read by this user", denied);
        }
    }
}
