namespace CoreNode.Units.Engine;

/// <summary>How the units stood at the last plan.</summary>
public sealed record EngineFigures
{
    /// <summary>No plan yet.</summary>
    public static readonly EngineFigures None = new();

    /// <summary>Units given to a machine; a global unit counts once per machine.</summary>
    public int Scheduled { get; init; }

    /// <summary>Units with a place that wait until a machine has given up an older claim.</summary>
    public int Waiting { get; init; }

    /// <summary>Units that no machine can take now.</summary>
    public int Unplaceable { get; init; }

    /// <summary>Units whose content is missing.</summary>
    public int Unreadable { get; init; }

    /// <summary>Machines that are registered and hold a lease, or may hold one.</summary>
    public int Machines { get; init; }

    /// <summary>Registered machines whose lease is over.</summary>
    public int LostMachines { get; init; }
}
