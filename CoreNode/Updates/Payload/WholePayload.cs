namespace CoreNode.Updates.Payload;

/// <summary>
/// Payloads that are there as a whole: the only way to take major version 1, whose one signature comes last, and what
/// `payload verify` and `inspect` do for both versions.
/// </summary>
public static class WholePayload
{
    private const int PieceBytes = 1 << 20;

    /// <summary>
    /// The first pass: everything that is signed is read and compared, nothing is unpacked. Null and the fault for a
    /// payload that must not be applied. With version 1 the manifest has to be read to find the signature; what it
    /// says counts only once the signature is found good.
    /// </summary>
    public static VerifiedPayload? TryVerify(
        IPayloadFile file,
        ISignatureCheck check,
        IHashes hashes,
        PayloadExpectation expectation,
        out PayloadFault? fault)
    {
        if (TryReadHeader(file, out fault) is not { } header)
            return null;
        if (header.ManifestBytes > expectation.MaxManifestBytes)
        {
            fault = PayloadReader.ManifestTooLong(header, expectation);
            return null;
        }

        if (header.MajorVersion == 1)
            return TryVerify1(file, header, check, hashes, expectation, out fault);
        PayloadReader reader = new(check, hashes, expectation);
        byte[] piece = new byte[PieceBytes];
        while (reader.FileOffset < file.Length)
        {
            Span<byte> bytes = piece.AsSpan(0, (int)Math.Min(PieceBytes, file.Length - reader.FileOffset));
            file.Read(reader.FileOffset, bytes);
            ReadOnlySpan<byte> input = bytes;
            PayloadStep step;
            do
                step = reader.Read(ref input);
            while (step is PayloadStep.Metadata or PayloadStep.Operation);
            if (step == PayloadStep.Fault)
                break;
        }

        fault = reader.Finish();
        return fault is null ? reader.Verified : null;
    }

    /// <summary>What a payload says of itself, whoever signed it; only for showing it.</summary>
    public static VerifiedPayload? TryInspect(IPayloadFile file, IHashes hashes, out PayloadFault? fault) =>
        TryReadHeader(file, out fault) is { } header ? TryReadMetadata(file, header, hashes, out fault) : null;

    /// <summary>The signatures of the metadata (empty in version 1) and of the payload, as they stand there.</summary>
    public static IReadOnlyList<PayloadSignature> Signatures(
        IPayloadFile file, VerifiedPayload payload, bool ofMetadata)
    {
        long offset = ofMetadata ? payload.Header.MetadataBytes : (long)payload.FileBytes;
        int length = ofMetadata ? payload.Header.SignatureBytes : (int)payload.Manifest.SignaturesSize;
        if (!ofMetadata)
            offset -= length;
        if (length == 0 || offset + length > file.Length)
            return [];
        byte[] message = new byte[length];
        file.Read(offset, message);
        return SignatureMessage.TryRead(message) ?? [];
    }

    private static PayloadHeader? TryReadHeader(IPayloadFile file, out PayloadFault? fault)
    {
        byte[] begin = new byte[(int)Math.Min(24, file.Length)];
        file.Read(0, begin);
        PayloadHeader? header = PayloadHeader.TryRead(begin, out fault);
        if (header is not null && header.DataStart > file.Length)
        {
            fault = new(PayloadErrorCode.PayloadSizeMismatch, "the payload ends in its metadata");
            return null;
        }

        return header;
    }

    private static VerifiedPayload? TryReadMetadata(
        IPayloadFile file, PayloadHeader header, IHashes hashes, out PayloadFault? fault)
    {
        byte[] metadata = new byte[header.MetadataBytes];
        file.Read(0, metadata);
        byte[] hash = new byte[PayloadLimits.HashBytes];
        hashes.Sha256(metadata, hash);
        return MetadataVerifier.TryRead(header, metadata, hash, out fault);
    }

    private static VerifiedPayload? TryVerify1(
        IPayloadFile file,
        PayloadHeader header,
        ISignatureCheck check,
        IHashes hashes,
        PayloadExpectation expectation,
        out PayloadFault? fault)
    {
        if (TryReadMetadata(file, header, hashes, out fault) is not { } payload)
            return null;
        ulong size = (ulong)file.Length;
        if (size != payload.FileBytes || size != (expectation.Size ?? size))
        {
            fault = new(
                PayloadErrorCode.PayloadSizeMismatch,
                $"the payload has {size} bytes; its manifest says {payload.FileBytes}, "
                + $"announced were {expectation.Size ?? payload.FileBytes}");
            return null;
        }

        byte[] message = new byte[(int)payload.Manifest.SignaturesSize];
        RunningSha256 hash = new();
        byte[] piece = new byte[PieceBytes];
        long end = file.Length - message.Length;
        for (long at = 0; at < end; at += PieceBytes)
        {
            Span<byte> bytes = piece.AsSpan(0, (int)Math.Min(PieceBytes, end - at));
            file.Read(at, bytes);
            hash.Append(bytes);
        }

        file.Read(end, message);
        fault = MetadataVerifier.PayloadSignatureFault(message, hash.Current(), check);
        hash.Append(message);
        if (fault is null && expectation.Sha256 is { } sha256 && !hash.Current().AsSpan().SequenceEqual(sha256))
            fault = new(PayloadErrorCode.PayloadHashMismatch, "the payload is not the one that was announced");
        return fault is null ? payload : null;
    }
}
