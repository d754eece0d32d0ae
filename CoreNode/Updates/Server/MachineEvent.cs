using CoreNode.Updates.Omaha;

namespace CoreNode.Updates.Server;

/// <summary>Something that happened with a machine, from the database. Immutable.</summary>
public sealed record MachineEvent
{
    /// <summary>Grows with time over all machines.</summary>
    public required long Number { get; init; }

    /// <summary>When the server heard of it.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>
    /// What: "event" (told by the machine), "granted", "version" (another one runs), "group", "lost", "first".
    /// </summary>
    public required string Kind { get; init; }

    /// <summary>Of a told event: what it is about.</summary>
    public OmahaEventType Type { get; init; }

    /// <summary>Of a told event: how it ended.</summary>
    public OmahaEventResult Result { get; init; }

    /// <summary>Of a failure; 0 for none.</summary>
    public uint ErrorCode { get; init; }

    /// <summary>The version that ran then.</summary>
    public string Version { get; init; } = "";

    /// <summary>The version before, or the one offered, or a group: what the kind needs.</summary>
    public string Other { get; init; } = "";

    /// <summary>How far the machine was after it.</summary>
    public InstanceState State { get; init; }
}
