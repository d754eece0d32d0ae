namespace CoreNode.Tests.Simulation;

/// <summary>A store that a <see cref="SimulatedWatch"/> is on.</summary>
internal interface IWatchedStore
{
    /// <summary>A watch begins.</summary>
    void Add(SimulatedWatch watch);

    /// <summary>It is over.</summary>
    void Remove(SimulatedWatch watch);
}
