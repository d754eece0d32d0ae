namespace CoreNode.Tests.Simulation;

/// <summary>
/// Faults that a store could have. The simulated ports bring each about as if the code behind them had it; the
/// simulation has to find it.
/// </summary>
internal enum PlantedBug
{
    /// <summary>None.</summary>
    None,

    /// <summary>Some writes are reported durable and were never synced.</summary>
    SkipsPersist,

    /// <summary>Promises leave before what they promise is durable.</summary>
    PromisesEarly,

    /// <summary>A vote of an earlier term counts in the present one.</summary>
    CountsStaleVote,

    /// <summary>A linearizable read asks nobody.</summary>
    ReadsWithoutReadIndex,

    /// <summary>The log does not say where it goes on after a snapshot was installed.</summary>
    ForgetsSnapshotIndex,

    /// <summary>A write is acknowledged before it is applied.</summary>
    AcknowledgesEarly,

    /// <summary>Whom a member voted for does not survive a restart.</summary>
    ForgetsVote,

    /// <summary>Forwarded writes are sent twice.</summary>
    ForwardsTwice,

    /// <summary>An entry of the log changes on its way to a member, or in its memory.</summary>
    DamagesEntries,

    /// <summary>Now and then a watcher is not told of a change.</summary>
    LosesEvents,
}
