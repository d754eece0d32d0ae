using CoreNode.Updates.Payload;

namespace CoreNode.Updates.Applying;

/// <summary>
/// Comes to a payload's verified metadata: from what an earlier step kept of it (its signature is verified again), or
/// by fetching it. One use.
/// </summary>
internal sealed class PayloadOpening
{
    /// <summary>
    /// Longer manifests do not go with the memory that applying may take; one of 4 MiB is that of a slot of many
    /// gigabytes.
    /// </summary>
    public const int MostManifestBytes = 4 << 20;

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

    // What a payload is as a whole is hashed by who reads it: that is faster than what the reader could keep.
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
        VerifiedPayload verified =
            WholePayload.TryVerify(file, _tools.Check, _tools.Hashes, _expectation, out PayloadFault? fault)
            ?? throw new ApplyException(ApplyFault.Of(fault!));
        _input.Seek(verified.Header.DataStart);
        return new OpenPayload(new PayloadReader(verified, _tools.Check, _tools.Hashes), verified, default);
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
        if (Kept() is not { } kept)
            return null;
        PayloadReader reader = new(_tools.Check, _tools.Hashes, Streamed);
        ReadOnlySpan<byte> rest = kept;
        if (reader.Read(ref rest) != PayloadStep.Metadata || !rest.IsEmpty)
            return null;
        _input.Seek(reader.FileOffset);
        return new OpenPayload(reader, reader.Verified!, kept);
    }

    private byte[]? Kept()
    {
        try
        {
            return _checkpoint.ReadMetadata(MostManifestBytes + (2 * PayloadLimits.SignatureBytes));
        }
        catch (IOException)
        {
            // It is fetched again.
            return null;
        }
    }

    private async Task<OpenPayload> FetchAsync()
    {
        PayloadReader reader = new(_tools.Check, _tools.Hashes, Streamed);
        using MemoryStream beginning = new();
        _input.Size = _expectation.Size is { } size ? (long)size : null;
        _input.Seek(0);
        while (true)
        {
            switch (Step(reader, beginning))
            {
                case PayloadStep.Metadata:
                    byte[] bytes = beginning.ToArray();
                    Keep(bytes);
                    return new OpenPayload(reader, reader.Verified!, bytes);
                case PayloadStep.Fault:
                    throw new ApplyException(ApplyFault.Of(reader.Fault!));
            }

            if (!await _input.FillAsync())
                throw new ApplyException(ApplyFault.Of(reader.Finish()!));
        }
    }

    private PayloadStep Step(PayloadReader reader, MemoryStream beginning)
    {
        ReadOnlySpan<byte> rest = _input.Rest;
        PayloadStep step = reader.Read(ref rest);
        int taken = _input.Rest.Length - rest.Length;
        beginning.Write(_input.Rest[..taken]);
        _input.Take(taken);
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
