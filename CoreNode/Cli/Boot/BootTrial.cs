namespace CoreNode.Cli.Boot;

/// <summary>One slot as the boot stage judges it.</summary>
/// <param name="Number">Number of its partition.</param>
/// <param name="Label">Label of its partition.</param>
/// <param name="Version">The version of what is in it, if it says so.</param>
/// <param name="Verdict">Why it is not started; null if it is.</param>
public sealed record BootTrial(int Number, string Label, string? Version, string? Verdict);
