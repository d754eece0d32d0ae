using CoreNode.Runner.Machine;

namespace CoreNode.Runner.Keeping;

/// <summary>What is remembered of a unit's run.</summary>
internal sealed record StoredState
{
    public required MachineState Machine { get; init; }

    /// <summary>The machine's start that times and processes belong to.</summary>
    public string BootId { get; init; } = "";

    public string InvocationId { get; init; } = "";

    /// <summary>With the pid it names one process for ever.</summary>
    public long MainStartTicks { get; init; }

    public long ControlStartTicks { get; init; }

    /// <summary>Microseconds since 1970; 0: never active.</summary>
    public long SinceUs { get; init; }
}
