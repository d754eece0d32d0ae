namespace CoreNode.Store;

/// <summary>What a watcher wants to be told.</summary>
/// <param name="Key">Canonical key; it need not exist.</param>
/// <param name="IsRecursive">Also everything below it.</param>
/// <param name="IsStream">More than one event.</param>
/// <param name="SinceIndex">First store index of interest; 0 means from now on.</param>
public sealed record WatchRequest(ReadOnlyMemory<byte> Key, bool IsRecursive, bool IsStream, ulong SinceIndex);
