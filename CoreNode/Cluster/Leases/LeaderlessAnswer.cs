namespace CoreNode.Cluster.Leases;

/// <summary>A member says that it knows no leader.</summary>
/// <param name="Standing">As it said.</param>
/// <param name="LeaderlessFor">
/// How long it has heard of no leader for so long that it let itself be asked for its vote; negative: not yet.
/// </param>
/// <param name="ReceivedAt">When the answer came here.</param>
public sealed record LeaderlessAnswer(LeaderStanding Standing, TimeSpan LeaderlessFor, TimeSpan ReceivedAt);
