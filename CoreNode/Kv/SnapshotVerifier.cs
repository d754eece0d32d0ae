namespace CoreNode.Kv;

/// <summary>
/// Checks a snapshot's chunks, checksums and end without building the state: what a writer asks before it gives up the
/// snapshot before. One thread.
/// </summary>
public sealed class SnapshotVerifier
{
    private readonly SnapshotChunkReader _chunks = new();
    private bool _isEnded;

    /// <summary>Takes the next bytes.</summary>
    /// <exception cref="SnapshotFormatException">They are damaged.</exception>
    public void Read(ReadOnlySpan<byte> bytes)
    {
        _chunks.Append(bytes);
        while (_chunks.TryRead(out SnapshotChunk kind, out _))
            _isEnded = kind == SnapshotChunk.End;
    }

    /// <summary>Says that there are no more bytes.</summary>
    /// <exception cref="SnapshotFormatException">The snapshot is cut off.</exception>
    public void Complete()
    {
        if (!_isEnded || _chunks.HasRest)
            throw new SnapshotFormatException("the snapshot is cut off or goes on after its end", _chunks.Offset);
    }
}
