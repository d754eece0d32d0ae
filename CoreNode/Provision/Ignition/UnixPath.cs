namespace CoreNode.Provision.Ignition;

/// <summary>Paths as Unix has them, without looking at a file system.</summary>
internal static class UnixPath
{
    /// <summary>
    /// An absolute path without ".", "..", empty parts and a "/" at its end; ".." of the root is the root.
    /// </summary>
    public static string Clean(string path)
    {
        if (IsClean(path))
            return path;
        List<string> parts = [];
        foreach (string part in path.Split('/'))
        {
            if (part == "..")
            {
                if (parts.Count > 0)
                    parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or "."))
            {
                parts.Add(part);
            }
        }

        return "/" + string.Join('/', parts);
    }

    private static bool IsClean(string path) => path == "/" || (path.StartsWith('/') && !path.EndsWith('/')
        && !path.Contains("//", StringComparison.Ordinal) && !path.Contains("/.", StringComparison.Ordinal));
}
