using CoreNode.Foundation;

namespace CoreNode.Updates.Payload.Creating;

/// <summary>
/// Finds the cheapest operations for one chunk: by what they take in manifest and data together. Every one is carried
/// out here as a machine will, before it is taken. One for each call; the same chunk gives the same operations.
/// </summary>
internal sealed class ChunkPlanner(
    OldImage? old, CreationOptions options, ICodecs codecs, IHashes hashes, ChunkWorkspace workspace)
{
    private const int BlockBytes = PayloadLimits.BlockSizeBytes;

    // Fewer extents than this cost less than any patch.
    private const int FewExtents = 64;

    // From so many blocks on that the reference does not hold it is worth while to copy them apart.
    private const int ManyOutside = 16;

    private readonly ManifestWriter _sizes = new();
    private BlockMatches? _matches;
    private int _firstBlock;
    private int _length;

    /// <summary>The operations for the chunk that begins with that block; its bytes are in the workspace.</summary>
    public IReadOnlyList<PackedOperation> Plan(int firstBlock, int length)
    {
        _firstBlock = firstBlock;
        _length = length;
        ReadOnlySpan<byte> chunk = workspace.Chunk.AsSpan(0, length);
        _matches = BlockMatches.Of(chunk, firstBlock, old, workspace.Block);
        int zeros = _matches.CountOf(BlockMatches.Zero);
        if (zeros == _matches.Count)
            return [Zeros()];
        if (old is null)
            return [Plain(All())];
        if (_matches.CountOf(BlockMatches.New) == 0)
        {
            List<PackedOperation> copy = zeros > 0 ? [Copy(), Zeros()] : [Copy()];
            if (copy[0].Operation.SourceExtents.Length <= FewExtents)
                return copy;
            return Cheaper(copy, Patched());
        }

        return Patched();
    }

    // A patch against the best place, against the two best, or what is elsewhere copied and the rest patched.
    private List<PackedOperation> Patched()
    {
        ContentSamples samples = new(_length);
        Content.Sample(workspace.Chunk.AsSpan(0, _length), 0, (long)_firstBlock * BlockBytes, samples);
        ReferenceVotes votes = new(old!, (long)_firstBlock * BlockBytes, samples);
        List<PackedOperation>? best = null;
        foreach (Extent[] reference in votes.References())
        {
            best = Cheaper(best, [Patch(All(), reference)]);
            if (_matches!.CountOutside(reference) >= ManyOutside)
            {
                Extent[] rest = Rest();
                best = Cheaper(best, rest.Length == 0 ? [Copy()] : [Copy(), Patch(rest, reference)]);
            }
        }

        return best is null || IsPoor(best) ? Cheaper(best, [Plain(All())]) : best;
    }

    // A patch that saves little may be beaten by a stronger codec.
    private bool IsPoor(List<PackedOperation> operations) => Cost(operations) > _length / 2;

    private List<PackedOperation> Cheaper(List<PackedOperation>? one, List<PackedOperation> other) =>
        one is null || Cost(other) < Cost(one) ? other : one;

    private long Cost(List<PackedOperation> operations)
    {
        long cost = 0;
        foreach (PackedOperation operation in operations)
            cost += _sizes.LengthOf(operation.Operation) + operation.Data.Length;
        return cost;
    }

    private Extent[] All() => [new Extent((ulong)_firstBlock, (ulong)(_length / BlockBytes))];

    // All blocks that are not copied.
    private Extent[] Rest()
    {
        ExtentList rest = new();
        for (int i = 0; i < _matches!.Count; i++)
        {
            if (_matches[i] < 0)
                rest.Add(_firstBlock + i);
        }

        return rest.ToArray();
    }

    private PackedOperation Zeros()
    {
        ExtentList zeros = new();
        for (int i = 0; i < _matches!.Count; i++)
        {
            if (_matches[i] == BlockMatches.Zero)
                zeros.Add(_firstBlock + i);
        }

        return new(new InstallOperation { Type = OperationType.Zero, DestinationExtents = zeros.ToArray() }, []);
    }

    private PackedOperation Copy()
    {
        ExtentList from = new();
        ExtentList to = new();
        for (int i = 0; i < _matches!.Count; i++)
        {
            if (_matches[i] < 0)
                continue;
            from.Add(_matches[i]);
            to.Add(_firstBlock + i);
        }

        InstallOperation operation = new()
        {
            Type = OperationType.SourceCopy,
            SourceExtents = from.ToArray(),
            DestinationExtents = to.ToArray(),
            SourceSha256 = Hash(Gather(to.ToArray())),
        };
        return Proved(operation, []);
    }

    private PackedOperation Patch(Extent[] destination, Extent[] reference)
    {
        ReadOnlySpan<byte> content = Gather(destination);
        int length = old!.Read(reference, workspace.Reference);
        byte[] data = codecs.Encode(
            OperationType.Patch, content, workspace.Reference.AsSpan(0, length), options.PatchLevel);
        InstallOperation operation = new()
        {
            Type = OperationType.Patch,
            DataLength = (ulong)data.Length,
            SourceExtents = reference,
            DestinationExtents = destination,
            DataSha256 = Hash(data),
            DestinationSha256 = Hash(content),
        };
        return Proved(operation, data);
    }

    private PackedOperation Plain(Extent[] destination)
    {
        ReadOnlySpan<byte> content = Gather(destination);
        OperationType type = OperationType.Replace;
        byte[]? data = null;
        foreach (OperationType kind in options.Kinds)
        {
            byte[] packed = kind == OperationType.Replace
                ? content.ToArray()
                : codecs.Encode(kind, content, [], options.Level);
            if (packed.Length >= (data?.Length ?? content.Length))
                continue;
            type = kind;
            data = packed;
        }

        data ??= content.ToArray();
        InstallOperation operation = new()
        {
            Type = type,
            DataLength = (ulong)data.Length,
            DestinationExtents = destination,
            DataSha256 = Hash(data),
        };
        return Proved(operation, data);
    }

    // The chunk's blocks of these extents, one after the other; until the next call.
    private ReadOnlySpan<byte> Gather(Extent[] extents)
    {
        int length = 0;
        foreach (Extent extent in extents)
        {
            int from = ((int)extent.Start - _firstBlock) * BlockBytes;
            int bytes = (int)extent.Count * BlockBytes;
            if (extents.Length == 1)
                return workspace.Chunk.AsSpan(from, bytes);
            workspace.Chunk.AsSpan(from, bytes).CopyTo(workspace.Gathered.AsSpan(length));
            length += bytes;
        }

        return workspace.Gathered.AsSpan(0, length);
    }

    private byte[] Hash(ReadOnlySpan<byte> bytes)
    {
        byte[] hash = new byte[PayloadLimits.HashBytes];
        hashes.Sha256(bytes, hash);
        return hash;
    }

    private PackedOperation Proved(InstallOperation operation, byte[] data)
    {
        Span<byte> output = workspace.Output.AsSpan(0, (int)OperationExecution.OutputBytes(operation));
        int length = old?.Read(operation.SourceExtents, workspace.Reference) ?? 0;
        PayloadFault? fault = OperationExecution.TryProduce(
            operation, data, workspace.Reference.AsSpan(0, length), codecs, hashes, output);
        Invariant.That(fault is null, $"an operation that is made can be carried out ({fault})");
        bool isSame = output.SequenceEqual(Gather(operation.DestinationExtents));
        Invariant.That(isSame, "an operation that is made writes what it was made from");
        return new(operation, data);
    }
}
