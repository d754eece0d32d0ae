using CoreNode.Foundation;

namespace CoreNode.Updates.Payload;

/// <summary>
/// Reads a payload as it comes, in pieces of any size: metadata first, then operation after operation, then the
/// payload's signature. What it hands out has been verified; what is bad ends in <see cref="PayloadStep.Fault"/>. Holds
/// the metadata while it is read, then one operation's data. Owned by one thread; the same bytes give the same steps.
/// </summary>
public sealed class PayloadReader
{
    private const int FirstBufferBytes = 64 << 10;

    // Up to here all room is taken at once: growing would leave as much again behind as waste.
    private const int PromptBytes = 16 << 20;

    private readonly ISignatureCheck _check;
    private readonly IHashes _hashes;
    private readonly PayloadExpectation _expectation;
    private readonly bool _isSignatureChecked;
    private RunningSha256 _signed = new();
    private RunningSha256? _file;
    private byte[] _buffer = new byte[FirstBufferBytes];
    private int _filled;
    private Stage _stage = Stage.Header;
    private int _partition;
    private int _operation;
    private ulong _consumed;

    /// <summary>A payload of major version 2, from its first byte on.</summary>
    public PayloadReader(ISignatureCheck check, IHashes hashes, PayloadExpectation expectation)
    {
        _check = check;
        _hashes = hashes;
        _expectation = expectation;
        _isSignatureChecked = expectation.IsSignatureChecked;
        _file = expectation.Sha256 is null ? null : new RunningSha256();
    }

    /// <summary>
    /// The second pass over a payload that <see cref="WholePayload"/> found good, of either version, from
    /// <see cref="PayloadHeader.DataStart"/> on. Operations are compared with their hashes again: the file may have
    /// changed since.
    /// </summary>
    public PayloadReader(VerifiedPayload verified, ISignatureCheck check, IHashes hashes)
    {
        _check = check;
        _hashes = hashes;
        _expectation = PayloadExpectation.None;
        Verified = verified;
        FileOffset = verified.Header.DataStart;
        _stage = Stage.Operations;
    }

    private enum Stage
    {
        Header,
        Metadata,
        Operations,
        Signature,
        End,
        Fault,
    }

    /// <summary>The metadata, from <see cref="PayloadStep.Metadata"/> on.</summary>
    public VerifiedPayload? Verified { get; private set; }

    /// <summary>
    /// All bytes before the data, from <see cref="PayloadStep.Metadata"/> on; empty for one that was verified before.
    /// </summary>
    public ReadOnlyMemory<byte> MetadataBytes { get; private set; }

    /// <summary>Where in the file the next byte that it takes lies.</summary>
    public long FileOffset { get; private set; }

    /// <summary>The number of <see cref="Operation"/>, counted over all partitions.</summary>
    public int OperationNumber { get; private set; } = -1;

    /// <summary>The partition of <see cref="Operation"/>.</summary>
    public PartitionUpdate? Partition { get; private set; }

    /// <summary>The operation to carry out, after <see cref="PayloadStep.Operation"/>.</summary>
    public InstallOperation? Operation { get; private set; }

    /// <summary>Its data, until the next call.</summary>
    public ReadOnlySpan<byte> Data => _buffer.AsSpan(0, Operation is null ? 0 : (int)Operation.DataLength);

    /// <summary>Where to go on once <see cref="Operation"/> is done (or from the start, before the first).</summary>
    public PayloadPosition Position => new()
    {
        NextOperation = OperationNumber + 1,
        DataOffset = _consumed,
        MetadataSha256 = Verified?.MetadataSha256 ?? [],
        SignedState = _signed.Save(),
        FileState = _file?.Save() ?? [],
    };

    /// <summary>Why the payload is refused.</summary>
    public PayloadFault? Fault { get; private set; }

    /// <summary>Takes input until there is something to say; what it took is cut off the input's front.</summary>
    public PayloadStep Read(ref ReadOnlySpan<byte> input)
    {
        while (true)
        {
            PayloadStep? step = _stage switch
            {
                Stage.Header => ReadHeader(ref input),
                Stage.Metadata => ReadMetadata(ref input),
                Stage.Operations => ReadOperation(ref input),
                Stage.Signature => ReadSignature(ref input),
                Stage.End => ReadEnd(input),
                _ => PayloadStep.Fault,
            };
            if (step is { } result)
                return result;
        }
    }

    /// <summary>
    /// After <see cref="PayloadStep.Metadata"/>: goes on where an earlier run was; the input goes on at
    /// <see cref="FileOffset"/>. False, and nothing changed, for a position of another payload.
    /// </summary>
    public bool TryContinueAt(PayloadPosition position)
    {
        Invariant.That(_stage == Stage.Operations && OperationNumber < 0, "one goes on after the metadata");
        RunningSha256? signed = RunningSha256.TryLoad(position.SignedState);
        RunningSha256? file = RunningSha256.TryLoad(position.FileState);
        if (signed is null || (_file is not null && file is null))
            return false;
        if (!position.MetadataSha256.AsSpan().SequenceEqual(Verified!.MetadataSha256))
            return false;
        if (!TrySeek(position.NextOperation, position.DataOffset))
            return false;
        _signed = signed;
        _file = _file is null ? null : file;
        return true;
    }

    /// <summary>The input is over: null where that is well, or the fault.</summary>
    public PayloadFault? Finish()
    {
        if (_stage is not (Stage.End or Stage.Fault))
        {
            string where = _stage switch
            {
                Stage.Header => "in its header",
                Stage.Metadata => "in its metadata",
                Stage.Signature => "in its signature",
                _ => "in its operations",
            };
            Fail(PayloadErrorCode.PayloadSizeMismatch, "the payload ends " + where);
        }

        return Fault;
    }

    /// <summary>Of a manifest beyond what was expected.</summary>
    internal static PayloadFault ManifestTooLong(PayloadHeader header, PayloadExpectation expectation) => new(
        PayloadErrorCode.InvalidMetadataSize,
        $"the payload's manifest has {header.ManifestBytes} bytes; {expectation.MaxManifestBytes} are taken here");

    private PayloadStep? ReadHeader(ref ReadOnlySpan<byte> input)
    {
        int wanted = 4;
        while (true)
        {
            if (!Fill(ref input, wanted))
                return PayloadStep.NeedsBytes;
            ReadOnlySpan<byte> begin = _buffer.AsSpan(0, _filled);
            int length = PayloadHeader.LengthOf(begin, out PayloadFault? fault);
            if (fault is not null)
                return Fail(fault);
            if (length == PayloadHeader.BytesOfVersion1)
            {
                return Fail(
                    PayloadErrorCode.MetadataSignatureMissing,
                    "a payload of major version 1 is signed at its end only: it is taken from a whole file");
            }

            if (length > 0 && _filled >= length)
                break;
            wanted = length > 0 ? length : PayloadHeader.PrefixBytes;
        }

        _stage = Stage.Metadata;
        return null;
    }

    private PayloadStep? ReadMetadata(ref ReadOnlySpan<byte> input)
    {
        if (PayloadHeader.TryRead(_buffer.AsSpan(0, _filled), out PayloadFault? fault) is not { } header)
            return Fail(fault!);
        if (header.ManifestBytes > _expectation.MaxManifestBytes)
            return Fail(ManifestTooLong(header, _expectation));

        if (!Fill(ref input, header.DataStart))
            return PayloadStep.NeedsBytes;
        ReadOnlyMemory<byte> bytes = _buffer.AsMemory(0, header.DataStart);
        Verified = MetadataVerifier.TryVerify(header, bytes, _check, _hashes, out fault);
        if (Verified is null)
            return Fail(fault!);
        if (_expectation.Size is { } size && size != Verified.FileBytes)
        {
            return Fail(
                PayloadErrorCode.PayloadSizeMismatch,
                $"the payload has {Verified.FileBytes} bytes, but {size} were announced");
        }

        _signed.Append(bytes.Span[..header.MetadataBytes]);
        _file?.Append(bytes.Span);
        _filled = 0;
        MetadataBytes = bytes;
        // The manifest keeps what it was read from. What a verified one says may be believed: one buffer for all that
        // follows.
        _buffer = new byte[LargestPart(Verified.Manifest)];
        _stage = Stage.Operations;
        return PayloadStep.Metadata;
    }

    private static int LargestPart(PayloadManifest manifest)
    {
        ulong most = Math.Max(FirstBufferBytes, manifest.SignaturesSize);
        foreach (PartitionUpdate partition in manifest.Partitions)
        {
            for (int i = 0; i < partition.Operations.Count; i++)
                most = Math.Max(most, partition.Operations[i].DataLength);
        }

        return (int)most;
    }

    private PayloadStep? ReadOperation(ref ReadOnlySpan<byte> input)
    {
        IReadOnlyList<PartitionUpdate> partitions = Verified!.Manifest.Partitions;
        while (_partition < partitions.Count && _operation == partitions[_partition].Operations.Count)
        {
            _partition++;
            _operation = 0;
        }

        if (_partition == partitions.Count)
        {
            Operation = null;
            _stage = Stage.Signature;
            return null;
        }

        InstallOperation operation = partitions[_partition].Operations[_operation];
        Operation = null;
        if (!Fill(ref input, (int)operation.DataLength))
            return PayloadStep.NeedsBytes;
        if (DataFault(operation) is { } fault)
            return Fail(fault);
        Partition = partitions[_partition];
        Operation = operation;
        OperationNumber++;
        _operation++;
        _filled = 0;
        return PayloadStep.Operation;
    }

    private PayloadFault? DataFault(InstallOperation operation)
    {
        int length = (int)operation.DataLength;
        if (length == 0)
            return null;
        ReadOnlySpan<byte> data = _buffer.AsSpan(0, length);
        Span<byte> hash = stackalloc byte[PayloadLimits.HashBytes];
        _hashes.Sha256(data, hash);
        if (!hash.SequenceEqual(operation.DataSha256))
        {
            return new(
                PayloadErrorCode.OperationHashMismatch,
                $"the data of operation {OperationNumber + 1} is not what was signed");
        }

        if (_isSignatureChecked)
            _signed.Append(data);
        _file?.Append(data);
        _consumed += (ulong)length;
        return null;
    }

    private PayloadStep? ReadSignature(ref ReadOnlySpan<byte> input)
    {
        int length = (int)Verified!.Manifest.SignaturesSize;
        if (!Fill(ref input, length))
            return PayloadStep.NeedsBytes;
        ReadOnlySpan<byte> message = _buffer.AsSpan(0, length);
        if (_isSignatureChecked
            && MetadataVerifier.PayloadSignatureFault(message, _signed.Current(), _check) is { } fault)
        {
            return Fail(fault);
        }

        _file?.Append(message);
        if (_file is not null && !_file.Current().AsSpan().SequenceEqual(_expectation.Sha256))
            return Fail(PayloadErrorCode.PayloadHashMismatch, "the payload is not the one that was announced");
        _stage = Stage.End;
        return null;
    }

    private PayloadStep ReadEnd(ReadOnlySpan<byte> input) => input.IsEmpty
        ? PayloadStep.End
        : Fail(PayloadErrorCode.PayloadSizeMismatch, "there are bytes behind the payload's end");

    private bool TrySeek(int next, ulong dataOffset)
    {
        int number = 0;
        ulong consumed = 0;
        IReadOnlyList<PartitionUpdate> partitions = Verified!.Manifest.Partitions;
        for (int p = 0; p < partitions.Count; p++)
        {
            for (int i = 0; i <= partitions[p].Operations.Count; i++)
            {
                if (number == next && consumed == dataOffset)
                {
                    (_partition, _operation, _consumed) = (p, i, consumed);
                    OperationNumber = next - 1;
                    FileOffset = Verified.Header.DataStart + (long)consumed;
                    return true;
                }

                if (i == partitions[p].Operations.Count)
                    break;
                consumed += partitions[p].Operations[i].DataLength;
                number++;
            }
        }

        return false;
    }

    // Memory grows with the bytes that came, not with what a header claims, where that is much.
    private bool Fill(ref ReadOnlySpan<byte> input, int wanted)
    {
        int taken = Math.Min(wanted - _filled, input.Length);
        if (taken > 0)
        {
            if (_buffer.Length < _filled + taken)
                Grow(wanted, _filled + taken);
            input[..taken].CopyTo(_buffer.AsSpan(_filled));
            input = input[taken..];
            _filled += taken;
            FileOffset += taken;
        }

        return _filled >= wanted;
    }

    private void Grow(int wanted, int least)
    {
        int length = wanted <= PromptBytes ? wanted : Math.Min(wanted, Math.Max(_buffer.Length * 2, least));
        byte[] grown = GC.AllocateUninitializedArray<byte>(length);
        _buffer.AsSpan(0, _filled).CopyTo(grown);
        _buffer = grown;
    }

    private PayloadStep Fail(PayloadErrorCode code, string text) => Fail(new PayloadFault(code, text));

    private PayloadStep Fail(PayloadFault fault)
    {
        Fault ??= fault;
        _stage = Stage.Fault;
        Operation = null;
        return PayloadStep.Fault;
    }
}
