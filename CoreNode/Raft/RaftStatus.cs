using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>One member at one moment, for people.</summary>
public sealed record RaftStatus
{
    /// <summary>This member.</summary>
    public required NodeId Id { get; init; }

    /// <summary>Its role.</summary>
    public required RaftRole Role { get; init; }

    /// <summary>Its term.</summary>
    public required Term Term { get; init; }

    /// <summary>Whom it voted for in that term.</summary>
    public required NodeId Vote { get; init; }

    /// <summary>The leader as known here.</summary>
    public required NodeId Leader { get; init; }

    /// <summary>Last entry in memory.</summary>
    public required LogIndex Last { get; init; }

    /// <summary>Durable up to here.</summary>
    public required LogIndex Persisted { get; init; }

    /// <summary>Known to be committed up to here.</summary>
    public required LogIndex Committed { get; init; }

    /// <summary>Applied up to here.</summary>
    public required LogIndex Applied { get; init; }

    /// <summary>The configuration in force.</summary>
    public required Configuration Configuration { get; init; }

    /// <summary>Who is to lead next while leadership is being handed over, else nobody.</summary>
    public required NodeId TransferTarget { get; init; }

    /// <summary>Everybody in the configuration; empty on all but the leader.</summary>
    public required IReadOnlyList<PeerStatus> Peers { get; init; }
}
