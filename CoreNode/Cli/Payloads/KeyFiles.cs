namespace CoreNode.Cli.Payloads;

/// <summary>A key that was made, and where it lies.</summary>
/// <param name="Id">SHA-256 of the public key, hexadecimal.</param>
/// <param name="Kind">"rsa-4096" …</param>
/// <param name="PrivateFile">What signs.</param>
/// <param name="PublicFile">What machines get.</param>
public sealed record KeyFiles(string Id, string Kind, string PrivateFile, string PublicFile);
