using CoreNode.Units.Model;

namespace CoreNode.Api.Client.Units;

/// <summary>A unit of fleet's API.</summary>
/// <param name="Name">Full name.</param>
/// <param name="DesiredState">inactive, loaded or launched; empty if not told.</param>
/// <param name="CurrentState">The same; empty for global units.</param>
/// <param name="MachineId">Where it is; empty if nowhere.</param>
/// <param name="File">Its text.</param>
public sealed record FleetUnit(
    string Name, string DesiredState, string CurrentState, string MachineId, UnitFile File)
{
    /// <summary>On every machine that will do.</summary>
    public bool IsGlobal =>
        UnitName.Parse(Name) is { } name && UnitRequirements.Of(name, File).IsGlobal;
}
