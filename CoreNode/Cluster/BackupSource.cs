using System.Buffers;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Raft;
using CoreNode.Store;

namespace CoreNode.Cluster;

/// <summary>
/// Backups of a running member: a published state is immutable, so it is turned into a snapshot file by whoever asks,
/// beside the loop. See docs/formats.md, "Backups".
/// </summary>
public sealed class BackupSource(IClusterView cluster) : IBackupSource
{
    /// <inheritdoc/>
    public IBackup Begin(IKeyspace keyspace)
    {
        ClusterStatus status = cluster.Status;
        Configuration configuration = status.Voters.Count > 0
            ? new Configuration(status.Voters, learners: status.Learners)
            : Configuration.Single(cluster.Self);
        return new Backup(keyspace.AppliedIndex, new SnapshotWriter(
            KeySnapshot.OfPublished(keyspace), configuration.Encode()));
    }

    private sealed record Backup(LogIndex Index, SnapshotWriter Writer) : IBackup
    {
        public bool WriteChunk(IBufferWriter<byte> output) => Writer.WriteChunk(output);
    }
}
