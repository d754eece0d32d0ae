namespace CoreNode.Tests.EndToEnd.Clusters;

/// <summary>What kind of cluster a test wants.</summary>
internal sealed record ClusterShape
{
    /// <summary>Most members that a cluster may have.</summary>
    public const int MostMembers = 9;

    /// <summary>What each member runs.</summary>
    public required ServerCommand Command { get; init; }

    /// <summary>1 to 9.</summary>
    public int Members { get; init; } = 3;

    /// <summary>
    /// Each member in a network namespace of its own, so that links can be cut; else all on loopback ports.
    /// </summary>
    public bool IsIsolated { get; init; }

    /// <summary>Between heartbeats; etcd's default.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Until an election; etcd's default.</summary>
    public TimeSpan ElectionTimeout { get; init; } = TimeSpan.FromMilliseconds(1000);

    /// <summary>Further flags of every member.</summary>
    public IReadOnlyList<string> Extra { get; init; } = [];

    /// <summary>Flags of one member alone, by its number from 1 on.</summary>
    public Func<int, IReadOnlyList<string>> Own { get; init; } = static _ => [];

    /// <summary>For what the network draws.</summary>
    public ulong Seed { get; init; }
}
