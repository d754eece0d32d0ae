using CoreNode.Store;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Simulation.Units;

/// <summary>A term of whoever decides for the machines, as that one sees it.</summary>
internal interface IUnitsOffice
{
    /// <summary>Another one may decide.</summary>
    bool IsOver { get; }

    /// <summary>What it knows.</summary>
    RegistryState Registry { get; }

    /// <summary>The store, for what it decides.</summary>
    IKvClient Writes { get; }

    /// <summary>Leases are keys in the store, known of by following it.</summary>
    bool AreLeasesKeys { get; }

    /// <summary>A machine's lease is over.</summary>
    bool IsExpired(string machine);
}
