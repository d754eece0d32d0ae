namespace CoreNode.Wal;

/// <summary>How the disk does. "Recent" covers the last 1024 syncs.</summary>
/// <param name="Count">Syncs completed.</param>
/// <param name="Total">Time spent in them.</param>
/// <param name="RecentMaximum">The slowest recent one.</param>
/// <param name="RecentP99">99 of 100 recent ones took no longer.</param>
/// <param name="Running">How long the present write and sync have been running; zero if none is.</param>
/// <param name="WrittenBytes">Log bytes written.</param>
public readonly record struct WalSyncStatistics(
    long Count, TimeSpan Total, TimeSpan RecentMaximum, TimeSpan RecentP99, TimeSpan Running, long WrittenBytes);
