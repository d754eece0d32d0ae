namespace CoreNode.Provision.Sources.Search;

/// <summary>What became of a source.</summary>
/// <param name="Source">Its name.</param>
/// <param name="State">How it ended; waiting: it was given up.</param>
/// <param name="Reason">Why, where it found nothing; no secrets.</param>
/// <param name="IsTaken">What it gave is used.</param>
/// <param name="Attempts">How often it was asked and answered or failed.</param>
public sealed record SourceReport(string Source, SourceState State, string Reason, bool IsTaken, int Attempts);
