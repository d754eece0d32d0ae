namespace CoreNode.Cli.Payloads;

/// <summary>A rotation record that was made.</summary>
/// <param name="Number">Its place in the order of all.</param>
/// <param name="Key">Id of the key that is trusted from then on.</param>
/// <param name="Retires">Id of the key that is trusted no longer; null for none.</param>
/// <param name="Signer">Id of the key that signed the record.</param>
/// <param name="File">The record.</param>
public sealed record RotationFile(uint Number, string Key, string? Retires, string Signer, string File);
