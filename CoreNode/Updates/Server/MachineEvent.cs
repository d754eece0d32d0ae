using CoreNode.Updates.Omaha;
using CoreNode.Updates.Rollout;

namespace CoreNode.Updates.Server;

/// <summary>Something that happened with a machine, from the database. Immutable.</summary>
public sealed record MachineEvent
{
    /// <summary>Grows with time over all machines.</summary>
    public required long Number { get; init; }

    /// <summary>When the server heard of it.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What.</summary>
    public required MachineEventKind Kind { get; init; }

    /// <summary>Of a told event: what it is about.</summary>
    public OmahaEventType Type { get; init; }

    /// <summary>Of a told event: how it ended.</summary>
    public OmahaEventResult Result { get; init; }

    /// <summary>Of a failure; 0 for none.</summary>
    public uint ErrorCode { get; init; }

    /// <summary>The version that ran then.</summary>
    public string Version { get; init; } = "";

    /// <summary>
    /// Told: the version before. Granted: what was offered. Version: what ran before. Group: id of the new one.
    /// </summary>
    public string Other { get; init; } = "";

    /// <summary>How far the machine was after it.</summary>
    public RolloutState State { get; init; }
}
