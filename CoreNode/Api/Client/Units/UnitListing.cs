namespace CoreNode.Api.Client.Units;

/// <summary>Units at one index of the store.</summary>
/// <param name="Index">To wait for what comes after.</param>
/// <param name="Units">In order of their names.</param>
/// <param name="Json">As the node wrote it.</param>
public sealed record UnitListing(ulong Index, IReadOnlyList<ListedUnit> Units, string Json);
