namespace CoreNode.Updates.Payload;

/// <summary>
/// From the bytes of header, manifest and the metadata's signatures to what may be acted upon: nothing of a manifest
/// is looked at before its signature is found good.
/// </summary>
internal static class MetadataVerifier
{
    /// <summary>The metadata of major version 2, all <see cref="PayloadHeader.DataStart"/> bytes of it.</summary>
    public static VerifiedPayload? TryVerify(
        PayloadHeader header,
        ReadOnlyMemory<byte> bytes,
        ISignatureCheck check,
        IHashes hashes,
        out PayloadFault? fault)
    {
        byte[] hash = new byte[PayloadLimits.HashBytes];
        hashes.Sha256(bytes.Span[..header.MetadataBytes], hash);
        fault = SignatureFault(header, bytes.Span[header.MetadataBytes..], hash, check);
        return fault is null ? TryRead(header, bytes, hash, out fault) : null;
    }

    /// <summary>The manifest of metadata that is found good, or will be before anything is done.</summary>
    public static VerifiedPayload? TryRead(
        PayloadHeader header, ReadOnlyMemory<byte> bytes, byte[] hash, out PayloadFault? fault)
    {
        ReadOnlyMemory<byte> manifestBytes = bytes[header.HeaderBytes..header.MetadataBytes];
        if (ManifestReader.TryRead(manifestBytes, header.MajorVersion, out fault) is not { } manifest)
            return null;
        fault = ManifestRules.Fault(manifest, header);
        return fault is null ? new VerifiedPayload(header, manifest, hash) : null;
    }

    /// <summary>Why the payload's own signature is not good, or null.</summary>
    public static PayloadFault? PayloadSignatureFault(
        ReadOnlySpan<byte> message, ReadOnlySpan<byte> sha256, ISignatureCheck check)
    {
        if (SignatureMessage.TryRead(message) is not { } signatures)
        {
            return new(
                PayloadErrorCode.DownloadPayloadVerification, "the payload's signature is not a message of signatures");
        }

        return check.Check(sha256, signatures) switch
        {
            SignatureVerdict.Trusted => null,
            SignatureVerdict.NoKey => NoKey(),
            _ => new(
                PayloadErrorCode.DownloadPayloadVerification,
                "the payload is not signed by a key that this machine trusts, or was changed after it was signed"),
        };
    }

    private static PayloadFault? SignatureFault(
        PayloadHeader header, ReadOnlySpan<byte> message, byte[] hash, ISignatureCheck check)
    {
        if (header.SignatureBytes == 0)
            return new(PayloadErrorCode.MetadataSignatureMissing, "the payload's metadata is not signed");
        if (SignatureMessage.TryRead(message) is not { } signatures)
            return new(PayloadErrorCode.MetadataSignature, "the metadata's signature is not a message of signatures");
        return check.Check(hash, signatures) switch
        {
            SignatureVerdict.Trusted => null,
            SignatureVerdict.NoKey => NoKey(),
            _ => new(
                PayloadErrorCode.MetadataSignatureMismatch,
                "the payload's metadata is not signed by a key that this machine trusts, or was changed"),
        };
    }

    private static PayloadFault NoKey() => new(
        PayloadErrorCode.PayloadPubKeyVerification, "there is no key on this machine to check the payload with");
}
