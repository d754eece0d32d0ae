namespace CoreNode.Kv;

/// <summary>
/// What can be chosen about the state machine. Everything here is part of the replicated behaviour: members of one
/// cluster must agree on it.
/// </summary>
public sealed record KvOptions
{
    /// <summary>
    /// How many of the last changes a watch can still ask for, over the whole store; etcd's is 1000. A snapshot with a
    /// longer history keeps its latest part.
    /// </summary>
    public int HistoryCapacity { get; init; } = 1000;

    /// <summary>
    /// Most keys that one <see cref="Store.KeyOperation.Expire"/> command removes, so that a mass expiry cannot stall
    /// the replica; what is left stays due, and <see cref="KeyStateMachine.NextExpirationUnixNs"/> says so.
    /// </summary>
    public int MaxExpiredPerCommand { get; init; } = 4096;
}
