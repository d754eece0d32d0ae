namespace CoreNode.Api.Client.Units;

/// <summary>A unit on all machines that have it.</summary>
/// <param name="Machines">One for each.</param>
/// <param name="Json">As the node wrote it.</param>
public sealed record UnitStatuses(IReadOnlyList<UnitStatus> Machines, string Json);
