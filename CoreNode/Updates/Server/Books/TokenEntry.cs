namespace CoreNode.Updates.Server.Books;

/// <summary>A token with the hash of its secret.</summary>
internal sealed record TokenEntry(AccessToken Token, byte[] Sha256);
