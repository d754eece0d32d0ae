namespace CoreNode.Updates.Payload;

/// <summary>One signature of a message of signatures (Signatures.Signature of update_metadata.proto).</summary>
/// <param name="Data">
/// The signature. ECDSA's (DER) is filled up with zeros to the longest that its key can make, so that the message's
/// size is known before anything is signed.
/// </param>
/// <param name="UnpaddedSize">How much of it counts; null for all (payloads of major version 1).</param>
/// <param name="Version">Tells keys apart in payloads of major version 1 (CoreOS's clients take 2); 0 for none.</param>
public sealed record PayloadSignature(byte[] Data, uint? UnpaddedSize = null, uint Version = 0)
{
    /// <summary>The part that counts; nothing where the size is a lie.</summary>
    public ReadOnlySpan<byte> Counted =>
        UnpaddedSize is not { } size ? Data : size <= (uint)Data.Length ? Data.AsSpan(0, (int)size) : [];
}
