namespace CoreNode.Updates.Server;

/// <summary>Some machines, by application and first sign.</summary>
/// <param name="Machines">They.</param>
/// <param name="Next">Where to go on; empty if these were the last.</param>
/// <param name="Total">How many the query finds in all.</param>
public sealed record MachinePage(IReadOnlyList<MachineView> Machines, string Next, int Total);
