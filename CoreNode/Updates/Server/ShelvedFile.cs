namespace CoreNode.Updates.Server;

/// <summary>Where a file of a package lies, for whoever sends it.</summary>
/// <param name="Path">In the file system; never changes while it is there.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">SHA-256 in hexadecimal: its entity tag.</param>
/// <param name="Name">Its name.</param>
public sealed record ShelvedFile(string Path, long Size, string Sha256, string Name);
