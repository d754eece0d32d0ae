using CoreNode.Units.Model;

namespace CoreNode.Api.Client.Units;

/// <summary>A unit to be made or changed.</summary>
/// <param name="Name">Full name.</param>
/// <param name="Options">Its text; none: only the state of one that is there.</param>
/// <param name="DesiredState">inactive, loaded or launched; empty: stays.</param>
public sealed record SubmittedUnit(string Name, IReadOnlyList<UnitOption> Options, string DesiredState);
