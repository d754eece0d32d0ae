namespace CoreNode.Tests.EndToEnd;

/// <summary>Where the checked-out project lies, seen from the test assembly.</summary>
internal static class Repository
{
    /// <summary>The folder that holds CoreNode.sln.</summary>
    public static string Root { get; } = Find();

    /// <summary>The path of a file of the project, given with forward slashes from its root.</summary>
    public static string File(string relativePath) => Path.Combine(Root, relativePath);

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "CoreNode.sln")))
                return folder.FullName;
        }
        throw new DirectoryNotFoundException($"no CoreNode.sln above {AppContext.BaseDirectory}");
    }
}
