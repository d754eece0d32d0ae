namespace CoreNode.Provision.Sources.Choice;

/// <summary>A source in a search.</summary>
/// <param name="Source">It.</param>
/// <param name="IsAdditional">
/// What it has is taken beside all else (OEM, Ignition's URL); false: it is one of several, of which one is taken.
/// </param>
public sealed record SourceEntry(IDataSource Source, bool IsAdditional = false);
