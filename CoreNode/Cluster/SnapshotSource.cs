using CoreNode.Cluster.Peers;
using CoreNode.Platform;

namespace CoreNode.Cluster;

/// <summary>A snapshot file while it is sent; its name may go meanwhile.</summary>
internal sealed class SnapshotSource(IFile file) : ISnapshotSource
{
    public long Length => file.Length;

    public int Read(long offset, Span<byte> target) => file.Read(offset, target);

    public void Dispose() => file.Dispose();
}
