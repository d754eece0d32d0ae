namespace CoreNode.Api.Fleet.Machines;

/// <summary>What machines ask each other about units: services of requests between nodes (decision 0024).</summary>
public static class MachineServices
{
    /// <summary>How a unit stands there, with its last lines; <see cref="MachineUnitsService"/>.</summary>
    public const string Status = "unit-status";

    /// <summary>What a unit wrote there; <see cref="MachineUnitsService"/>.</summary>
    public const string Journal = "unit-journal";

    /// <summary>Longest question, in bytes.</summary>
    public const int MaxQuestionBytes = 4096;
}
