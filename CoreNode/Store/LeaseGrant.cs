namespace CoreNode.Store;

/// <summary>What became of a machine's renewal.</summary>
/// <param name="Kind">Whether the lease goes on.</param>
/// <param name="Reason">Why not, for people; empty where it does.</param>
public sealed record LeaseGrant(LeaseGrantKind Kind, string Reason)
{
    /// <summary>How long nobody gives this machine's units away, counted from when the renewal was sent.</summary>
    public TimeSpan Duration { get; init; }
}
