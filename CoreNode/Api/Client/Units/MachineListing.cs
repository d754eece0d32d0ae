namespace CoreNode.Api.Client.Units;

/// <summary>Machines at one index of the store.</summary>
/// <param name="Index">Of the store.</param>
/// <param name="Machines">In order of their ids.</param>
/// <param name="Json">As the node wrote it.</param>
public sealed record MachineListing(ulong Index, IReadOnlyList<ListedMachine> Machines, string Json);
