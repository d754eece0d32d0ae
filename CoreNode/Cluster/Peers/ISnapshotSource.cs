namespace CoreNode.Cluster.Peers;

/// <summary>Bytes of a snapshot to be sent. One reader; the file may be removed meanwhile without harm.</summary>
public interface ISnapshotSource : IDisposable
{
    /// <summary>Bytes of the whole.</summary>
    long Length { get; }

    /// <summary>Reads from an offset on; 0 at the end.</summary>
    int Read(long offset, Span<byte> target);
}
