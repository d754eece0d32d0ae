using CoreNode.Runner.Machine;
using CoreNode.Runner.Settings;

namespace CoreNode.Runner.Jobs;

/// <summary>The units that are loaded, as they stand now.</summary>
internal interface IUnitGraph
{
    /// <summary>Their names, in byte order.</summary>
    IReadOnlyCollection<string> Names { get; }

    /// <summary>The links of a loaded unit; null if it is not loaded.</summary>
    UnitLinks? LinksOf(string unit);

    /// <summary>Where a loaded unit stands; dead if it is not loaded.</summary>
    UnitPhase PhaseOf(string unit);
}
