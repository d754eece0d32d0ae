namespace CoreNode.Cluster.Leases;

/// <summary>What became of a renewal in the table.</summary>
/// <param name="Kind">Whether it was entered.</param>
/// <param name="Lease">How long the lease lasts, from when the renewal came.</param>
/// <param name="IsChange">The machine held none before.</param>
public sealed record LeaseEntry(LeaseEntryKind Kind, TimeSpan Lease, bool IsChange);
