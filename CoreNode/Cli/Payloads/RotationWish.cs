namespace CoreNode.Cli.Payloads;

/// <summary>A rotation record that is to be made.</summary>
/// <param name="OldFile">The key that was in use; private, unless another one signs.</param>
/// <param name="NewFile">The key that takes over; its public part will do.</param>
/// <param name="Folder">Where the records of this publisher lie.</param>
public sealed record RotationWish(string OldFile, string NewFile, string Folder)
{
    /// <summary>Another private key that signs the record; null for the old one.</summary>
    public string? SignerFile { get; init; }

    /// <summary>The old key stays trusted for now.</summary>
    public bool KeepsOld { get; init; }
}
