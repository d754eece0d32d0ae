namespace CoreNode.Api.Client.Units;

/// <summary>What became of submitted units.</summary>
/// <param name="Index">The store's index after the last write.</param>
/// <param name="Results">One for each, in order.</param>
public sealed record SubmitResults(ulong Index, IReadOnlyList<SubmitResult> Results);
