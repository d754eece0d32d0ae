namespace CoreNode.Provision.Planning;

/// <summary>Rules of paths as text.</summary>
internal static class TargetPath
{
    private static readonly string[] s_notOnDisk = ["/dev", "/proc", "/sys"];

    /// <summary>What is wrong with a path that something is to be written to; empty: nothing.</summary>
    public static string Complaint(string path)
    {
        if (path.Length == 0 || path[0] != '/')
            return $"\"{path}\" is not absolute: it must begin with /";
        if (path.Length == 1)
            return "/ itself cannot be written";
        if (path.Contains('\0', StringComparison.Ordinal) || path.Contains('\n', StringComparison.Ordinal))
            return "a path cannot have a line end or a NUL in it";
        foreach (string part in path[1..].Split('/'))
        {
            if (part.Length == 0)
                return $"\"{path}\" has an empty part: write one / between names and none at the end";
            if (part is "." or "..")
                return $"\"{path}\" has a part \"{part}\", which is refused: write the path without it";
            if (part.Length > 255)
                return $"\"{path}\" has a part of more than 255 characters";
        }

        foreach (string folder in s_notOnDisk)
        {
            if (path == folder || IsBelow(path, folder))
                return $"{path} is below {folder}, where the kernel's own files are: nothing is written there";
        }

        return path.Length > 4000 ? "the path has more than 4000 characters" : "";
    }

    /// <summary>True if <paramref name="path"/> is in that folder, at any depth.</summary>
    public static bool IsBelow(string path, string folder) =>
        path.Length > folder.Length + 1 && path[folder.Length] == '/'
        && path.StartsWith(folder, StringComparison.Ordinal);

    /// <summary>The folder it is in; "/" at the top.</summary>
    public static string Parent(string path)
    {
        int at = path.LastIndexOf('/');
        return at <= 0 ? "/" : path[..at];
    }

    /// <summary>Its last part.</summary>
    public static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>How many parts it has.</summary>
    public static int Depth(string path) => path.AsSpan().Count('/');
}
