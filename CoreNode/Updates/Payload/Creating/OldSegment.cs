namespace CoreNode.Updates.Payload.Creating;

/// <summary>Hashes of a segment of the old image, whole blocks only.</summary>
internal sealed class OldSegment(IPayloadFile file, long start, int length) : CreationJob
{
    /// <summary>Bytes of all segments but the last.</summary>
    public const int SegmentBytes = 8 << 20;

    /// <inheritdoc/>
    public override long Bytes => length;

    /// <summary>Of each block; once the job has run.</summary>
    public ulong[] Blocks { get; private set; } = [];

    /// <summary>Of the segment; once the job has run.</summary>
    public ContentSamples Samples { get; } = new(length);

    /// <inheritdoc/>
    public override void Run()
    {
        int warmup = (int)Math.Min(start, Content.WarmupBytes);
        byte[] bytes = new byte[warmup + length];
        file.Read(start - warmup, bytes);
        Content.Sample(bytes, warmup, start, Samples);
        Blocks = new ulong[length / PayloadLimits.BlockSizeBytes];
        for (int i = 0; i < Blocks.Length; i++)
        {
            int at = warmup + i * PayloadLimits.BlockSizeBytes;
            Blocks[i] = Content.OfBlock(bytes.AsSpan(at, PayloadLimits.BlockSizeBytes));
        }
    }
}
