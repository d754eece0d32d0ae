namespace CoreNode.Runner.Settings;

/// <summary>What became of reading a unit file.</summary>
/// <param name="Settings">The settings; null if the unit cannot be run.</param>
/// <param name="Refusal">Why not; empty if it can.</param>
/// <param name="Notes">What was not understood or is not done here, for the unit's journal.</param>
internal sealed record UnitSettingsResult(UnitSettings? Settings, string Refusal, IReadOnlyList<string> Notes);
