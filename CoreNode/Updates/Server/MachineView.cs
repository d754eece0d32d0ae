using CoreNode.Updates.Omaha;
using CoreNode.Updates.Rollout;

namespace CoreNode.Updates.Server;

/// <summary>A machine as the server knows it. Immutable.</summary>
public sealed record MachineView
{
    /// <summary>Id of the application.</summary>
    public required string App { get; init; }

    /// <summary>Its id, as it says.</summary>
    public required string Machine { get; init; }

    /// <summary>Its name for people; empty without.</summary>
    public string Alias { get; init; } = "";

    /// <summary>Id of the group that it counts to; empty if that was removed.</summary>
    public string Group { get; init; } = "";

    /// <summary>The version that runs.</summary>
    public string Version { get; init; } = "";

    /// <summary>The kind of machine.</summary>
    public string Board { get; init; } = "";

    /// <summary>What it runs on.</summary>
    public string Oem { get; init; } = "";

    /// <summary>Version of that.</summary>
    public string OemVersion { get; init; } = "";

    /// <summary>The first version that was ever installed.</summary>
    public string AlephVersion { get; init; } = "";

    /// <summary>Where it asked from last; of IPv6 the network of 64 bits.</summary>
    public string Address { get; init; } = "";

    /// <summary>How far it is with what it was granted; what stalled is shown as that.</summary>
    public RolloutState State { get; init; } = RolloutState.Undefined;

    /// <summary>Since when it is that far.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>The version that it was granted last; empty for none.</summary>
    public string Target { get; init; } = "";

    /// <summary>When that was; the least moment if never.</summary>
    public DateTimeOffset Granted { get; init; }

    /// <summary>How it ended with that.</summary>
    public RolloutOutcome Outcome { get; init; }

    /// <summary>Code of its last failure with that, without flags; 0 for none.</summary>
    public uint ErrorCode { get; init; }

    /// <summary>First sign of it.</summary>
    public DateTimeOffset FirstSeen { get; init; }

    /// <summary>Last sign of it.</summary>
    public DateTimeOffset LastSeen { get; init; }

    /// <summary>What an administrator wants of it; null for nothing.</summary>
    public MachineOverride? Override { get; init; }

    /// <summary>Why it has no update now, as it would be told if it asked; null if it is held by nothing.</summary>
    public OmahaHold? Hold { get; init; }

    /// <summary>It would be offered one if it asked now.</summary>
    public bool IsNext { get; init; }
}
