namespace CoreNode.Tests.Simulation.Updates;

/// <summary>Mistakes that a simulated update server makes on purpose: each must be found.</summary>
internal enum FleetBug
{
    None,

    /// <summary>It takes one machine more at a time than it is told.</summary>
    OneMoreAtATime,

    /// <summary>It takes one machine more in a period.</summary>
    OneMoreInAPeriod,

    /// <summary>Its waves are all open.</summary>
    NoWaves,

    /// <summary>Its windows are those of UTC.</summary>
    WindowsInUtc,

    /// <summary>It never stops.</summary>
    NoStop,

    /// <summary>It leaves floors out.</summary>
    NoFloors,

    /// <summary>It lets all go at once.</summary>
    NobodyFirst,

    /// <summary>The times that it tells are an hour late.</summary>
    LateTimes,

    /// <summary>Its limits forget what was before a restart.</summary>
    ForgetsAtRestart,

    /// <summary>It counts what machines without a grant say.</summary>
    BelievesAnybody,

    /// <summary>It grants nothing more after a while.</summary>
    FallsAsleep,
}
