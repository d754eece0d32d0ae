namespace CoreNode.Cli.Boot;

/// <summary>The copies of the boot stage.</summary>
/// <param name="Copies">In the order in which the loader takes them.</param>
/// <param name="Trial">How a trial stands, in a word; null if none was asked for.</param>
/// <param name="Note">The same in a sentence.</param>
public sealed record StageReport(IReadOnlyList<StageRow> Copies, string? Trial, string? Note);
