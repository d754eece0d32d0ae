namespace CoreNode.Cli.Boot;

/// <summary>What <c>boot initrd</c> composes.</summary>
/// <param name="Usr">A slot's /usr.</param>
/// <param name="Board">The board that it is for.</param>
/// <param name="Keys">Folder of the keys that are trusted; null for none.</param>
/// <param name="Output">The file to write.</param>
/// <param name="IsPacked">Whether it is packed with zstd.</param>
public sealed record BootParts(string Usr, string Board, string? Keys, string Output, bool IsPacked);
