using CoreNode.Platform;
using CoreNode.Updates.Payload;

namespace CoreNode.Updates.Applying;

/// <summary>
/// Comes to a payload's verified metadata: from what an earlier step kept of it (its signature is verified again), or
/// by fetching it. One use.
/// </summary>
internal sealed class PayloadOpening
{
    /// <summary>
    /// Longer manifests do not go with the memory that applying may take: one is held as it is while its operations
    /// are carried out. Of an image of 16 GiB it leaves 640 bytes for each 2 MiB, ten times what a full payload needs.
    /// </summary>
    public const int MostManifestBytes = 5 << 20;

    private const int PieceBytes = 64 << 10;

    private readonly ApplyTools _tools;
    private readonly IPayloadSource _source;
    private readonly PayloadInput _input;
    private readonly CheckpointFiles _checkpoint;
    private readonly PayloadExpectation _expectation;

    /// <summary>Ready to open.</summary>
    public PayloadOpening(
        ApplyTools tools,
        IPayloadSource source,
        PayloadInput input,
        CheckpointFiles checkpoint,
        PayloadExpectation expectation)
    {
        (_tools, _source, _input, _checkpoint) = (tools, source, input, checkpoint);
        _expectation = expectation;
    }

    // What a payload is as a whole is hashed by the input: that is faster than what the reader could keep.
    private PayloadExpectation Streamed => new(_expectation.Size, null, IsSignatureChecked: false)
    {
        MaxManifestBytes = MostManifestBytes,
    };

    /// <summary>Opens it; the input stands behind the metadata.</summary>
    /// <param name="mayUseKept">Whether what an earlier step kept will do.</param>
    /// <exception cref="ApplyException">It cannot be had, or must not be applied.</exception>
    public async Task<OpenPayload> OpenAsync(bool mayUseKept)
    {
        OpenPayload payload = TryOpenWhole() ?? (mayUseKept ? TryOpenKept() : null) ?? await FetchAsync();
        _input.Size = (long)payload.Verified.FileBytes;
        return payload;
    }

    // Major version 1: its one signature comes last, so the whole file is read before anything is done.
    private OpenPayload? TryOpenWhole()
    {
        if (_source.Whole is not { } file || !IsVersion1(file))
            return null;
        PayloadExpectation expected = _expectation with { MaxManifestBytes = MostManifestBytes };
        VerifiedPayload verified =
            WholePayload.TryVerify(file, _tools.Check, _tools.Hashes, expected, out PayloadFault? fault)
            ?? throw new ApplyException(ApplyFault.Of(fault!));
        _input.Seek(verified.Header.DataStart);
        return new OpenPayload(new PayloadReader(verified, _tools.Check, _tools.Hashes), verified);
    }

    private static bool IsVersion1(IPayloadFile file)
    {
        if (file.Length < PayloadHeader.PrefixBytes)
            return false;
        byte[] begin = new byte[PayloadHeader.PrefixBytes];
        file.Read(0, begin);
        return PayloadHeader.LengthOf(begin, out _) == PayloadHeader.BytesOfVersion1;
    }

    private OpenPayload? TryOpenKept()
    {
        try
        {
            using IFile? kept = _checkpoint.OpenMetadata();
            PayloadReader reader = new(_tools.Check, _tools.Hashes, Streamed);
            if (kept is null || !IsAll(kept, reader))
                return null;
            _input.Seek(reader.FileOffset);
            return Opened(reader);
        }
        catch (IOException)
        {
            // It is fetched again.
            return null;
        }
    }

    // Whether the file is a payload's metadata to its end.
    private static bool IsAll(IFile kept, PayloadReader reader)
    {
        byte[] piece = new byte[PieceBytes];
        while (true)
        {
            ReadOnlySpan<byte> rest = piece.AsSpan(0, kept.Read(reader.FileOffset, piece));
            if (rest.IsEmpty)
                return false;
            PayloadStep step = reader.Read(ref rest);
            if (step != PayloadStep.NeedsBytes)
                return step == PayloadStep.Metadata && rest.IsEmpty && reader.FileOffset == kept.Length;
        }
    }

    private OpenPayload Opened(PayloadReader reader)
    {
        if (_expectation.Sha256 is not null)
            _input.BeginHash(reader.MetadataBytes.Span);
        return new OpenPayload(reader, reader.Verified!);
    }

    private async Task<OpenPayload> FetchAsync()
    {
        PayloadReader reader = new(_tools.Check, _tools.Hashes, Streamed);
        _input.Size = _expectation.Size is { } size ? (long)size : null;
        _input.Seek(0);
        while (true)
        {
            switch (Step(reader))
            {
                case PayloadStep.Metadata:
                    Keep(reader.MetadataBytes.Span);
                    return Opened(reader);
                case PayloadStep.Fault:
                    throw new ApplyException(ApplyFault.Of(reader.Fault!));
            }

            if (!await _input.FillAsync())
                throw new ApplyException(ApplyFault.Of(reader.Finish()!));
        }
    }

    private PayloadStep Step(PayloadReader reader)
    {
        ReadOnlySpan<byte> rest = _input.Rest;
        PayloadStep step = reader.Read(ref rest);
        _input.Take(_input.Rest.Length - rest.Length);
        return step;
    }

    private void Keep(ReadOnlySpan<byte> beginning)
    {
        try
        {
            _checkpoint.SaveMetadata(beginning);
        }
        catch (IOException failed)
        {
            throw new ApplyException(
                ApplyCodes.Checkpoint, $"the payload's metadata cannot be kept: {failed.Message}", failed);
        }
    }
}
