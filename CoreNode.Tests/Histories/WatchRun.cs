namespace CoreNode.Tests.Histories;

/// <summary>
/// What one watcher was told, over as many connections as it took: it went on each time at the index after the last
/// change. A watcher that had to begin anew (error 401) begins a new run.
/// </summary>
internal sealed record WatchRun
{
    /// <summary>Who, for people.</summary>
    public required string Watcher { get; init; }

    /// <summary>The watched key, "/" for all.</summary>
    public required string Key { get; init; }

    /// <summary>Also what is below the key.</summary>
    public bool IsRecursive { get; init; }

    /// <summary>
    /// True for streams, which etcd tells twice, one right after the other, of the removal of the watched key itself.
    /// </summary>
    public bool IsStream { get; init; }

    /// <summary>Index that it began at; 0 if that is not known, which is then that of its first change.</summary>
    public ulong Since { get; init; }

    /// <summary>Everything up to here must have been told; 0 if only what lies before the last change told.</summary>
    public ulong CompleteUpTo { get; init; }

    /// <summary>What it was told, in the order of arrival.</summary>
    public required IReadOnlyList<WatchedChange> Changes { get; init; }

    /// <summary>True if a change of that key is to be told.</summary>
    public bool Wants(string key) => key == Key
        || (IsRecursive && (Key == "/" || key.StartsWith(Key + "/", StringComparison.Ordinal)));
}
