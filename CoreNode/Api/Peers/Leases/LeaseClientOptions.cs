namespace CoreNode.Api.Peers.Leases;

/// <summary>How long a machine waits for answers to one renewal, as parts of its lease.</summary>
public sealed record LeaseClientOptions
{
    /// <summary>
    /// For the answer of the member that led last, or is said to lead, before the others are asked beside it.
    /// </summary>
    public double LeaderPart { get; init; } = 0.2;

    /// <summary>For the answers of all members, and of that one, from then on.</summary>
    public double MembersPart { get; init; } = 0.4;
}
