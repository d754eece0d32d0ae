using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Benchmarks;

/// <summary>Makes the kernel forget file contents, as after a power cut: only root may.</summary>
internal static class ColdCache
{
    private const string DropCaches = "/proc/sys/vm/drop_caches";

    /// <summary>True when this process may drop caches.</summary>
    public static bool IsPossible { get; } = Environment.IsPrivilegedProcess && File.Exists(DropCaches);

    /// <summary>
    /// Writes everything out and drops the page cache; only the first where the second is not permitted.
    /// </summary>
    public static async Task MakeAsync()
    {
        using RunningProgram sync = RunningProgram.Start("sync", []);
        await sync.WaitForExitAsync(TimeSpan.FromMinutes(1));
        if (IsPossible)
            await File.WriteAllTextAsync(DropCaches, "3\n");
    }
}
