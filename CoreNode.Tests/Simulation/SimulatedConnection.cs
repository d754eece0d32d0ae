namespace CoreNode.Tests.Simulation;

/// <summary>
/// One direction of one connection between two processes: what is sent arrives in order, or the connection breaks.
/// </summary>
internal sealed class SimulatedConnection(SimulatedProcess from, SimulatedProcess to)
{
    public SimulatedProcess From { get; } = from;

    public SimulatedProcess To { get; } = to;

    /// <summary>When the last message arrives.</summary>
    public long LastArrival { get; set; }

    /// <summary>It broke: what is on its way may be lost.</summary>
    public bool IsBroken { get; set; }

    /// <summary>What waits for a partition to end.</summary>
    public Queue<object> Held { get; } = new();

    /// <summary>True while something waits, and all that follows behind it.</summary>
    public bool IsBlocked { get; set; }
}
