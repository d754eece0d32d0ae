namespace CoreNode.Tests.Simulation.Updates;

/// <summary>How a simulated machine behaves until the faults end.</summary>
internal enum FleetKind
{
    /// <summary>As it should.</summary>
    Healthy,

    /// <summary>Its first tries fail.</summary>
    Flaky,

    /// <summary>It fetches for longer than the server waits.</summary>
    Slow,

    /// <summary>It puts updates off at first.</summary>
    Deferring,

    /// <summary>It goes back from every version, and says so.</summary>
    Broken,

    /// <summary>It goes back from every version without a word.</summary>
    BrokenAndSilent,

    /// <summary>It disappears at some point of an update.</summary>
    Vanishing,

    /// <summary>It disappears before it ever gets one.</summary>
    Gone,
}
