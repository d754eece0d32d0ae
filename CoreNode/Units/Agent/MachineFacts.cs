namespace CoreNode.Units.Agent;

/// <summary>What all units of the machine have in common at one moment. Immutable.</summary>
/// <param name="IsListed">The schedule was read: what stands in it is known.</param>
/// <param name="IsManagerThere">The unit manager can be reached.</param>
/// <param name="IsLeaving">The machine leaves the cluster: everything is stopped and forgotten.</param>
/// <param name="Fence">Lease and guard.</param>
public sealed record MachineFacts(bool IsListed, bool IsManagerThere, bool IsLeaving, FenceFacts Fence)
{
    /// <summary>
    /// When the leader granted the lease after its last lapse; null: not yet. Others may not have taken notice yet that
    /// the machine is back.
    /// </summary>
    public TimeSpan? BackSince { get; init; }
}
