namespace CoreNode.Store;

/// <summary>
/// The replicated store as the HTTP surface sees it: immutable reads, writes through the log, watches. Any thread may
/// call. Implemented by Cluster's replica; Proxy forwards instead.
/// </summary>
public interface IKeyStore
{
    /// <summary>What the replica published after its last batch: plain reads, possibly stale, never waiting.</summary>
    IKeyspace Current { get; }

    /// <summary>
    /// True on the thread that applies writes, where the continuation of a write's answer runs: it must not start long
    /// work there (a pipelined listing), or it would delay everybody's writes and heartbeats.
    /// </summary>
    bool IsOwnerThread { get; }

    /// <summary>Operation counters since the process started.</summary>
    StoreStatistics Statistics { get; }

    /// <summary>
    /// Puts an encoded <see cref="KeyCommand"/> through the log and answers once it is durable on a quorum and applied.
    /// Without quorum the outcome is error 300 "etcdserver: request timed out" after 7 s; the write may still happen.
    /// </summary>
    ValueTask<KeyOutcome> ProposeAsync(byte[] command, CancellationToken cancellation);

    /// <summary>
    /// The key space as of a moment after the call, confirmed by a quorum (ReadIndex, Raft thesis §6.4); the error is
    /// as in <see cref="ProposeAsync"/>.
    /// </summary>
    ValueTask<(IKeyspace? Keyspace, KeyError? Error)> ReadLinearizableAsync(CancellationToken cancellation);

    /// <summary>Starts a watch, or says why it cannot.</summary>
    ValueTask<WatchOutcome> WatchAsync(WatchRequest request, CancellationToken cancellation);
}
