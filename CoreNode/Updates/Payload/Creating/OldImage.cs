using CoreNode.Foundation;

namespace CoreNode.Updates.Payload.Creating;

/// <summary>What the machine has, and where in it content is found. Read by any thread once it is finished.</summary>
internal sealed class OldImage
{
    private readonly List<OldSegment> _segments = [];
    private readonly IPayloadFile _file;
    private BlockTable? _blocks;
    private SampleTable? _samples;

    /// <summary>Of that image; a begun block at its end is left out.</summary>
    public OldImage(IPayloadFile file)
    {
        _file = file;
        BlockCount = (int)(file.Length / PayloadLimits.BlockSizeBytes);
        long length = (long)BlockCount * PayloadLimits.BlockSizeBytes;
        for (long at = 0; at < length; at += OldSegment.SegmentBytes)
            _segments.Add(new OldSegment(file, at, (int)Math.Min(OldSegment.SegmentBytes, length - at)));
    }

    /// <summary>Whole blocks.</summary>
    public int BlockCount { get; }

    /// <summary>Work before <see cref="Finish"/>.</summary>
    public IReadOnlyList<OldSegment> Segments => _segments;

    /// <summary>Joins what the segments found, in their order.</summary>
    public void Finish()
    {
        int count = 0;
        foreach (OldSegment segment in _segments)
            count += segment.Samples.Count;
        _blocks = new BlockTable(BlockCount);
        _samples = new SampleTable(count);
        int number = 0;
        foreach (OldSegment segment in _segments)
        {
            foreach (ulong hash in segment.Blocks)
                _blocks.Add(hash, number++);
            _samples.Add(segment.Samples);
        }

        Invariant.That(number == BlockCount, "every segment of the old image was read");
        _segments.Clear();
    }

    /// <summary>Whether that block, if there is one, is equal.</summary>
    public bool IsBlock(int number, ReadOnlySpan<byte> block, Span<byte> room)
    {
        if (number < 0 || number >= BlockCount)
            return false;
        room = room[..PayloadLimits.BlockSizeBytes];
        _file.Read((long)number * PayloadLimits.BlockSizeBytes, room);
        return block.SequenceEqual(room);
    }

    /// <summary>A block that may be equal to one with that hash; negative where there is none.</summary>
    public int FindBlock(ulong hash) => _blocks!.Find(hash);

    /// <summary>See <see cref="SampleTable.PositionOf"/>.</summary>
    public long PositionOf(ulong sample) => _samples!.PositionOf(sample);

    /// <summary>Reads extents, one after the other; returns the bytes.</summary>
    public int Read(Extent[] extents, Span<byte> room)
    {
        int length = 0;
        foreach (Extent extent in extents)
        {
            int bytes = (int)extent.Count * PayloadLimits.BlockSizeBytes;
            _file.Read((long)extent.Start * PayloadLimits.BlockSizeBytes, room.Slice(length, bytes));
            length += bytes;
        }

        return length;
    }
}
