namespace CoreNode.Tests.Simulation.Overlay;

/// <summary>Faults that are planted to see whether the simulator finds them.</summary>
internal enum OverlayBug
{
    /// <summary>None.</summary>
    None,

    /// <summary>Leases are written whatever is there.</summary>
    WritesBlindly,

    /// <summary>A machine is not told that its lease is another one's now.</summary>
    HidesLosses,

    /// <summary>A store that does not answer is taken for an empty one.</summary>
    EmptiesWhenAway,

    /// <summary>A lease that was written once is not written again.</summary>
    ForgetsRenewal,

    /// <summary>Now and then a change of a lease is not told.</summary>
    MissesChanges,
}
