namespace CoreNode.Cli.Boot;

/// <summary>One copy of the boot stage.</summary>
/// <param name="Name">a or b.</param>
/// <param name="IsStarted">Whether it started this machine.</param>
/// <param name="Version">Version of the system that it was made from.</param>
/// <param name="Kernel">Release of its kernel.</param>
/// <param name="Fault">Why it is not whole; null if it is.</param>
public sealed record StageRow(char Name, bool IsStarted, string? Version, string? Kernel, string? Fault);
