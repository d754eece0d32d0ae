namespace CoreNode.Api.Client;

/// <summary>What /corenode/v1/status of one member says; see docs/compatibility.md.</summary>
public sealed record NodeStatus
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its identity, hexadecimal.</summary>
    public string Id { get; init; } = "";

    /// <summary>What program it is.</summary>
    public string Version { get; init; } = "";

    /// <summary>leader, follower, candidate, pre-candidate or learner.</summary>
    public string Role { get; init; } = "";

    /// <summary>Who leads; empty if it knows nobody.</summary>
    public string Leader { get; init; } = "";

    /// <summary>Since when it knows that leader, or none; as the member wrote it.</summary>
    public string LeaderSince { get; init; } = "";

    /// <summary>Its term.</summary>
    public ulong Term { get; init; }

    /// <summary>Applied up to here.</summary>
    public ulong Applied { get; init; }

    /// <summary>Last entry of its log.</summary>
    public ulong Last { get; init; }

    /// <summary>Committed entries that it has not applied.</summary>
    public ulong Lag { get; init; }

    /// <summary>Keys and directories.</summary>
    public ulong Keys { get; init; }

    /// <summary>Bytes of its log and snapshots on disk.</summary>
    public ulong DiskBytes { get; init; }

    /// <summary>99 of 100 fsyncs take no longer, in milliseconds.</summary>
    public double SyncP99Ms { get; init; }

    /// <summary>How far its clock is ahead, in milliseconds.</summary>
    public double ClockOffsetMs { get; init; }

    /// <summary>True if it may be given traffic.</summary>
    public bool IsHealthy { get; init; }

    /// <summary>Why it may not.</summary>
    public string Reason { get; init; } = "";

    /// <summary>If it leads: what the others lack, by their identities.</summary>
    public IReadOnlyDictionary<string, ulong> FollowerLags { get; init; } = new Dictionary<string, ulong>();

    /// <summary>The whole page as it came.</summary>
    public string Json { get; init; } = "";
}
