using CoreNode.Foundation;

namespace CoreNode.Updates.Payload.Creating;

/// <summary>
/// Makes a payload out of images. Decides only: the caller runs <see cref="Jobs"/>, on as many threads as it likes,
/// calls <see cref="FinishJobs"/>, makes all chunks on as many threads as it likes, hands them back in the order of
/// their numbers and puts manifest and data together with <see cref="PayloadWriter"/>. The same images, options and
/// codecs give the same payload, however many threads there are.
/// </summary>
public sealed class Creation
{
    /// <summary>Bytes that are packed together: with 6 MiB of reference they fill zstd's window of 8 MiB.</summary>
    public const int ChunkBytes = 2 << 20;

    private const int BlockBytes = PayloadLimits.BlockSizeBytes;

    private readonly List<Target> _targets = [];
    private readonly List<CreationJob> _jobs = [];
    private readonly ReleaseInfo? _release;
    private readonly CreationOptions _options;
    private readonly ICodecs _codecs;
    private readonly IHashes _hashes;
    private ulong _dataBytes;
    private int _accepted;

    /// <summary>A payload that makes these images, in this order.</summary>
    public Creation(
        IReadOnlyList<CreationImage> images,
        ReleaseInfo? release,
        CreationOptions options,
        ICodecs codecs,
        IHashes hashes)
    {
        _release = release;
        _options = options;
        _codecs = codecs;
        _hashes = hashes;
        foreach (CreationImage image in images)
        {
            Target target = new(image, ChunkCount);
            _targets.Add(target);
            ChunkCount += target.ChunkCount;
            _jobs.Add(target.NewHash);
            if (target.OldHash is not null)
                _jobs.Add(target.OldHash);
        }

        // Hashes of whole images take longest and come first.
        foreach (Target target in _targets)
        {
            if (target.Old is not null)
                _jobs.AddRange(target.Old.Segments);
        }
    }

    /// <summary>What has to be done before the first chunk, in any order.</summary>
    public IReadOnlyList<CreationJob> Jobs => _jobs;

    /// <summary>How many chunks there are.</summary>
    public int ChunkCount { get; }

    /// <summary>Bytes of data so far.</summary>
    public ulong DataBytes => _dataBytes;

    /// <summary>After all jobs have run; before the first chunk.</summary>
    public void FinishJobs()
    {
        foreach (Target target in _targets)
            target.Old?.Finish();
        _jobs.Clear();
    }

    /// <summary>Makes one chunk; chunks may be made at the same time, each with a workspace of its own.</summary>
    public Chunk Make(int number, ChunkWorkspace workspace)
    {
        Target target = TargetOf(number);
        long start = (long)(number - target.FirstChunk) * ChunkBytes;
        int bytes = (int)Math.Min(ChunkBytes, target.Image.New.Length - start);
        int length = (bytes + BlockBytes - 1) / BlockBytes * BlockBytes;
        target.Image.New.Read(start, workspace.Chunk.AsSpan(0, bytes));
        workspace.Chunk.AsSpan(bytes, length - bytes).Clear();
        ChunkPlanner planner = new(target.Old, _options, _codecs, _hashes, workspace);
        return new Chunk(number, planner.Plan((int)(start / BlockBytes), length));
    }

    /// <summary>Takes the chunks back, one after the other, and gives their data a place.</summary>
    public void Accept(Chunk chunk, Stream data)
    {
        Invariant.That(chunk.Number == _accepted, "chunks are taken in the order of their numbers");
        Target target = TargetOf(chunk.Number);
        _accepted++;
        foreach (PackedOperation packed in chunk.Operations)
        {
            target.Add(packed.Operation.At(packed.Data.Length > 0 ? _dataBytes : 0));
            data.Write(packed.Data);
            _dataBytes += (ulong)packed.Data.Length;
        }
    }

    /// <summary>The table of contents, after the last chunk; signatures are the writer's to add.</summary>
    public PayloadManifest Finish()
    {
        Invariant.That(_accepted == ChunkCount, "all chunks are made before the manifest");
        List<PartitionUpdate> partitions = [];
        bool isDelta = false;
        foreach (Target target in _targets)
        {
            isDelta |= target.Old is not null;
            partitions.Add(new PartitionUpdate
            {
                Name = target.Image.Name,
                OldInfo = target.OldHash?.Info,
                NewInfo = target.NewHash.Info!,
                Operations = target.Operations,
            });
        }

        return new PayloadManifest
        {
            MinorVersion = isDelta ? ManifestRules.OwnMinorVersion : 0,
            Partitions = partitions,
            Release = _release,
        };
    }

    private Target TargetOf(int chunk)
    {
        Invariant.That(chunk >= 0 && chunk < ChunkCount, "chunks are numbered from 0 on");
        for (int i = _targets.Count - 1; ; i--)
        {
            if (_targets[i].FirstChunk <= chunk)
                return _targets[i];
        }
    }

    private sealed class Target(CreationImage image, int firstChunk)
    {
        private readonly List<InstallOperation> _operations = [];

        public CreationImage Image { get; } = image;

        public int FirstChunk { get; } = firstChunk;

        public int ChunkCount { get; } = (int)((image.New.Length + ChunkBytes - 1) / ChunkBytes);

        public ImageHashJob NewHash { get; } = new(image.New);

        public ImageHashJob? OldHash { get; } = image.Old is { } old ? new ImageHashJob(old) : null;

        public OldImage? Old { get; } = image.Old is { } old ? new OldImage(old) : null;

        public IReadOnlyList<InstallOperation> Operations => _operations;

        // Neighbouring zeros become one operation: an image is often mostly empty.
        public void Add(InstallOperation operation)
        {
            if (_operations.Count > 0 && operation.Type == OperationType.Zero && TryJoin(_operations[^1], operation))
                return;
            _operations.Add(operation);
        }

        private bool TryJoin(InstallOperation before, InstallOperation next)
        {
            if (before.Type != OperationType.Zero
                || before.DestinationExtents.Length != 1
                || next.DestinationExtents.Length != 1)
            {
                return false;
            }

            Extent one = before.DestinationExtents[0];
            Extent other = next.DestinationExtents[0];
            if (one.Start + one.Count != other.Start)
                return false;
            _operations[^1] = new InstallOperation
            {
                Type = OperationType.Zero,
                DestinationExtents = [new Extent(one.Start, one.Count + other.Count)],
            };
            return true;
        }
    }
}
