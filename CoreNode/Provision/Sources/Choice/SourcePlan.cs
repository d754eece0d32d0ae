namespace CoreNode.Provision.Sources.Choice;

/// <summary>Which sources are asked.</summary>
/// <param name="Entries">They, the most preferred first.</param>
/// <param name="Notes">What is to be said about the choice, a line each.</param>
public sealed record SourcePlan(IReadOnlyList<SourceEntry> Entries, IReadOnlyList<string> Notes);
