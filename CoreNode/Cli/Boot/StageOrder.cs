namespace CoreNode.Cli.Boot;

/// <summary>What <c>boot stage update</c> is to make and where.</summary>
/// <param name="Boot">Where the loader's partition is mounted.</param>
/// <param name="Usr">The /usr that the boot stage is made from.</param>
/// <param name="Board">Its board; null for what that /usr says.</param>
/// <param name="Keys">Folder of the keys to trust; null for those of that /usr.</param>
public sealed record StageOrder(string Boot, string Usr, string? Board, string? Keys);
