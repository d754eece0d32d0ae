using System.Collections.Concurrent;
using System.Diagnostics;

namespace CoreNode.Foundation;

/// <summary>
/// Marks paths that are rare in life, so that fault tests can report which of them were never reached (FoundationDB's
/// CodeProbe). Calls vanish from Release builds.
/// </summary>
public static class Probe
{
    private static readonly ConcurrentDictionary<string, long> s_hits = new();

    /// <summary>How often each probe was hit in this process.</summary>
    public static IReadOnlyDictionary<string, long> Hits => s_hits;

    /// <summary>Records that the path named <paramref name="name"/> ("wal.torn-tail") was taken.</summary>
    [Conditional("DEBUG")]
    public static void Hit(string name) => s_hits.AddOrUpdate(name, 1, static (_, n) => n + 1);
}
