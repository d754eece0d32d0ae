namespace CoreNode.Updates.Payload.Creating;

/// <summary>SHA-256 of a whole image.</summary>
internal sealed class ImageHashJob(IPayloadFile file) : CreationJob
{
    private const int PieceBytes = 1 << 20;

    /// <inheritdoc/>
    public override long Bytes => file.Length;

    /// <summary>What the image is, once the job has run.</summary>
    public PartitionInfo? Info { get; private set; }

    /// <inheritdoc/>
    public override void Run()
    {
        RunningSha256 hash = new();
        byte[] piece = new byte[PieceBytes];
        for (long at = 0; at < file.Length; at += PieceBytes)
        {
            Span<byte> bytes = piece.AsSpan(0, (int)Math.Min(PieceBytes, file.Length - at));
            file.Read(at, bytes);
            hash.Append(bytes);
        }

        Info = new PartitionInfo((ulong)file.Length, hash.Current());
    }
}
