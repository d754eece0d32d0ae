namespace CoreNode.Updates.Server.Shelves;

/// <summary>A file that came in whole and is durable, under a name that does not count yet.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Hexadecimal, small letters.</param>
/// <param name="Sha1">Likewise.</param>
internal sealed record Arrival(string Path, long Size, string Sha256, string Sha1);
