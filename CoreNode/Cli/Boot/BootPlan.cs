namespace CoreNode.Cli.Boot;

/// <summary>What the boot stage does with a disk.</summary>
/// <param name="Disk">The disk.</param>
/// <param name="Slots">Its slots in the order in which they are tried, up to the one that is started.</param>
/// <param name="Chosen">Number of the slot that is started; null for the rescue console.</param>
/// <param name="Reason">Why that one.</param>
public sealed record BootPlan(string Disk, IReadOnlyList<BootTrial> Slots, int? Chosen, string? Reason);
