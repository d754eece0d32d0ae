namespace CoreNode.Tests.Simulation.Units;

/// <summary>Faults that the ports of the simulation bring about, to see that its checks find them.</summary>
internal enum UnitsBug
{
    None,

    /// <summary>The guard never kills anything.</summary>
    GuardSleeps,

    /// <summary>Writes of a term that is over are done all the same, and a new leader waits for nobody.</summary>
    EvictsAtOnce,

    /// <summary>A machine that renewed its lease counts it from the answer on, and twice as long.</summary>
    CountsTooLong,

    /// <summary>Now and then a change of the schedule does not reach its agent.</summary>
    LosesEvents,

    /// <summary>Agents write a state now and then although nothing changed.</summary>
    WritesAtRest,

    /// <summary>An agent that has just started stops what runs.</summary>
    StopsAtStart,
}
