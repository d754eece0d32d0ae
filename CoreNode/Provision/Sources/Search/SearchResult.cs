using CoreNode.Provision.Model;

namespace CoreNode.Provision.Sources.Search;

/// <summary>What a search brought.</summary>
/// <param name="Data">What is to be applied, in the order in which it is merged; empty: nothing is there.</param>
/// <param name="Reports">What became of each source, in the order of preference.</param>
/// <param name="Problem">
/// Why something that should be there may be missing from <paramref name="Data"/>; null: nothing is. No secrets.
/// </param>
public sealed record SearchResult(
    IReadOnlyList<UserData> Data, IReadOnlyList<SourceReport> Reports, string? Problem);
