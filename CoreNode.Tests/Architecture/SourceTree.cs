namespace CoreNode.Tests.Architecture;

/// <summary>The files of the source tree that are, or would be, under version control.</summary>
internal static class SourceTree
{
    private static readonly Lazy<IReadOnlyList<SourceFile>> s_files = new(() => Read(FindRoot()));

    /// <summary>The folder of CoreNode.sln, above the folder of the test assembly.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>All files; read once.</summary>
    public static IReadOnlyList<SourceFile> Files() => s_files.Value;

    /// <summary>The files below a folder, without what its .gitignore names.</summary>
    public static IReadOnlyList<SourceFile> Read(string root)
    {
        string ignoreFile = Path.Combine(root, ".gitignore");
        string[] ignored = File.Exists(ignoreFile) ? File.ReadAllLines(ignoreFile) : [];
        List<SourceFile> files = [];
        Collect(root, "", ignored, files);
        return files;
    }

    /// <summary>True if one of the patterns, "name/" or "*.end" or "name", means that entry.</summary>
    public static bool IsIgnored(string name, bool isFolder, IEnumerable<string> patterns) =>
        patterns.Any(p => p.EndsWith('/')
            ? isFolder && p[..^1].TrimStart('/') == name
            : p.StartsWith('*') ? name.EndsWith(p[1..], StringComparison.Ordinal) : p == name);

    private static void Collect(string folder, string prefix, string[] ignored, List<SourceFile> files)
    {
        foreach (string path in Directory.GetFileSystemEntries(folder).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(path);
            bool isFolder = Directory.Exists(path);
            if (name == ".git" || IsIgnored(name, isFolder, ignored))
                continue;
            if (isFolder)
                Collect(path, $"{prefix}{name}/", ignored, files);
            else
                files.Add(ReadFile(path, prefix + name));
        }
    }

    private static SourceFile ReadFile(string path, string name)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bool isBinary = bytes.AsSpan(0, Math.Min(bytes.Length, 8000)).Contains((byte)0);
        return new SourceFile(name, isBinary ? "" : System.Text.Encoding.UTF8.GetString(bytes), bytes.Length);
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "CoreNode.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"no CoreNode.sln above {AppContext.BaseDirectory}");
    }
}
