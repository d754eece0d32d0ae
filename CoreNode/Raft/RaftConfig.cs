using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>How one member behaves. All members of a cluster should agree on everything but id and generator.</summary>
public sealed record RaftConfig
{
    /// <summary>This member.</summary>
    public required NodeId Id { get; init; }

    /// <summary>Source of the election jitter; a stream of its own for each member.</summary>
    public required Prng Prng { get; init; }

    /// <summary>Election timeout in ticks; the real one is drawn from [this, 2 × this).</summary>
    public int ElectionTicks { get; init; } = 10;

    /// <summary>Ticks between heartbeats; well below <see cref="ElectionTicks"/>.</summary>
    public int HeartbeatTicks { get; init; } = 1;

    /// <summary>Ask whether an election can be won before starting a term (thesis §9.6).</summary>
    public bool PreVote { get; init; } = true;

    /// <summary>
    /// A leader without contact to a quorum for an election timeout steps down, and members that hear from a leader
    /// disregard requests for votes (thesis §6.2, §4.2.3).
    /// </summary>
    public bool CheckQuorum { get; init; } = true;

    /// <summary>Weight of the entries in one message; a single larger entry still goes alone.</summary>
    public int MaxMessageBytes { get; init; } = 1 << 20;

    /// <summary>Appends in flight to one follower before the leader waits for it.</summary>
    public int MaxInflightMessages { get; init; } = 256;

    /// <summary>Weight of the entries in flight to one follower before the leader waits for it.</summary>
    public long MaxInflightBytes { get; init; } = 16L << 20;

    /// <summary>Weight of what a leader holds that is not handed out for applying yet; beyond it proposals are refused.
    /// One batch is always let in when nothing waits.</summary>
    public long MaxUncommittedBytes { get; init; } = 256L << 20;

    /// <summary>Weight of the entries handed out for applying in one Ready; at least one is.</summary>
    public int MaxApplyBytes { get; init; } = 4 << 20;

    /// <summary>Linearizable reads that may wait for their confirmation.</summary>
    public int MaxPendingReads { get; init; } = 1 << 16;

    internal void Check()
    {
        Invariant.That(!Id.IsNone, "a member needs an id");
        Invariant.That(HeartbeatTicks > 0, "heartbeats need at least one tick");
        Invariant.That(ElectionTicks > HeartbeatTicks, "the election timeout must be longer than the heartbeat");
        Invariant.That(MaxInflightMessages > 0 && MaxInflightBytes > 0, "the inflight window must not be empty");
        Invariant.That(MaxMessageBytes >= 0 && MaxApplyBytes >= 0 && MaxUncommittedBytes >= 0, "limits are positive");
    }
}
