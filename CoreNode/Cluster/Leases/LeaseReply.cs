using CoreNode.Foundation;

namespace CoreNode.Cluster.Leases;

/// <summary>
/// What a member answers to a machine that renews or releases its lease: exactly one of the nested cases.
/// </summary>
public abstract record LeaseReply
{
    private LeaseReply()
    {
    }

    /// <summary>This member leads, and the machine holds its lease for so long from when it asked.</summary>
    public sealed record Granted(TimeSpan Lease) : LeaseReply;

    /// <summary>This member leads, and the lease is given back.</summary>
    public sealed record Released : LeaseReply;

    /// <summary>This member leads, and another machine has the id.</summary>
    public sealed record Duplicate(string Reason) : LeaseReply;

    /// <summary>Another member leads, there.</summary>
    public sealed record Elsewhere(NodeId Leader, IReadOnlyList<string> PeerUrls) : LeaseReply;

    /// <summary>This member knows no leader.</summary>
    /// <param name="Standing">What it knows.</param>
    /// <param name="LeaderlessFor">See <see cref="LeaderlessAnswer.LeaderlessFor"/>.</param>
    /// <param name="Longest">The longest lease that any leader grants, as it stands here; zero if none does.</param>
    public sealed record Leaderless(LeaderStanding Standing, TimeSpan LeaderlessFor, TimeSpan Longest) : LeaseReply;

    /// <summary>It cannot be said now.</summary>
    public sealed record Failed(string Reason) : LeaseReply;
}
