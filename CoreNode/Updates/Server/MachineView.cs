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

    /// <summary>How far it is.</summary>
    public InstanceState State { get; init; }

    /// <summary>Since when it is that far.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>The version that it was offered last; empty for none.</summary>
    public string Target { get; init; } = "";

    /// <summary>Of the last failure, with flags in the high bits; 0 for none.</summary>
    public uint ErrorCode { get; init; }

    /// <summary>First sign of it.</summary>
    public DateTimeOffset FirstSeen { get; init; }

    /// <summary>Last sign of it.</summary>
    public DateTimeOffset LastSeen { get; init; }

    /// <summary>What an administrator said about it.</summary>
    public MachineOverride Override { get; init; } = MachineOverride.None;

    /// <summary>Why it has no update now; null if it has the newest, or would get one.</summary>
    public MachineHold? Hold { get; init; }
}
