namespace CoreNode.Hosting.Wiring;

/// <summary>How this very program is started again, as a helper of its own.</summary>
internal static class OwnProgram
{
    /// <summary>The executable and what comes before a command: nothing, or the assembly under `dotnet run`.</summary>
    public static IReadOnlyList<string> Words()
    {
        string path = Environment.ProcessPath ?? "/proc/self/exe";
        return Path.GetFileNameWithoutExtension(path) == "dotnet"
            ? [path, Path.Combine(AppContext.BaseDirectory, "corenode.dll")]
            : [path];
    }
}
