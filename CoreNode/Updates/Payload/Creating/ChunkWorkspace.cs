namespace CoreNode.Updates.Payload.Creating;

/// <summary>The memory that making one chunk needs, about 16 MiB; one for each thread that makes chunks.</summary>
public sealed class ChunkWorkspace
{
    internal byte[] Chunk { get; } = new byte[Creation.ChunkBytes];

    internal byte[] Gathered { get; } = new byte[Creation.ChunkBytes];

    internal byte[] Output { get; } = new byte[Creation.ChunkBytes];

    internal byte[] Reference { get; } = new byte[PayloadLimits.OperationBytes];

    internal byte[] Block { get; } = new byte[PayloadLimits.BlockSizeBytes];
}
