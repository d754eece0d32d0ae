using CoreNode.Foundation;

namespace CoreNode.Store;

/// <summary>How a leader sees one other member.</summary>
/// <param name="Node">The member.</param>
/// <param name="IsVoter">It has a vote.</param>
/// <param name="IsActive">It answered within the last election timeout.</param>
/// <param name="State">"probe", "replicate" or "snapshot".</param>
/// <param name="Match">Durable there up to this index.</param>
/// <param name="Lag">Entries that it lacks.</param>
public sealed record FollowerStatus(
    NodeId Node, bool IsVoter, bool IsActive, string State, LogIndex Match, ulong Lag)
{
    /// <summary>Appends to it and how long its answers took.</summary>
    public AppendTimes Appends { get; init; } = AppendTimes.None;
}
