namespace CoreNode.Updates.Payload;

/// <summary>What the update server announced; null for what it did not say.</summary>
/// <param name="Size">Bytes of the whole payload: compared before the first operation.</param>
/// <param name="Sha256">Of the whole payload: compared at its end. Costs one more pass of SHA-256.</param>
/// <param name="IsSignatureChecked">
/// Whether the payload's own signature at its end is checked too, which costs a pass as well. It adds nothing to what
/// is written: every operation's data is compared with its hash, and the metadata's signature covers these hashes.
/// </param>
public sealed record PayloadExpectation(ulong? Size, byte[]? Sha256, bool IsSignatureChecked = true)
{
    /// <summary>A longer manifest is refused before it is read.</summary>
    public int MaxManifestBytes { get; init; } = PayloadLimits.ManifestBytes;

    /// <summary>Nothing was announced: the signatures count.</summary>
    public static PayloadExpectation None { get; } = new(null, null);
}
