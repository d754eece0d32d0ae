namespace CoreNode.Tests.Simulation.Units;

/// <summary>Faults that the ports of the simulation bring about, to see that its checks find them.</summary>
internal enum UnitsBug
{
    None,

    /// <summary>The guard never kills anything.</summary>
    GuardSleeps,

    /// <summary>A new leader does not wait for machines that it has not heard of.</summary>
    EvictsAtOnce,

    /// <summary>Writes of a term that is over are done all the same.</summary>
    WritesLate,

    /// <summary>A runner does not ask until when processes may begin.</summary>
    StartsLate,

    /// <summary>A machine that renewed its lease counts it from the answer on, and twice as long.</summary>
    CountsTooLong,

    /// <summary>Now and then a change of the schedule does not reach its agent.</summary>
    LosesEvents,

    /// <summary>Agents write a state now and then although nothing changed.</summary>
    WritesAtRest,

    /// <summary>An agent that has just started stops what runs.</summary>
    StopsAtStart,

    /// <summary>A machine that leaves removes its registration whatever has become of it meanwhile.</summary>
    RemovesLate,

    /// <summary>An agent removes announced keys whatever they hold.</summary>
    RemovesOthers,

    /// <summary>Checks of health say nothing.</summary>
    SeesNoSickness,

    /// <summary>On an existing etcd an engine gives machines up by what its follower knew last.</summary>
    BelievesOldNews,

    /// <summary>Nobody notices that a guard was killed.</summary>
    MissesNoGuard,

    /// <summary>Who is handed over to another machine is taken away before it runs there.</summary>
    TakesFirst,

    /// <summary>An agent stops at once what it is to give up, while clients are still sent there.</summary>
    StopsUntold,

    /// <summary>Agents say of everything that starts that it works.</summary>
    PraisesEarly,

    /// <summary>All replicas are given new content at once.</summary>
    RollsAtOnce,
}
