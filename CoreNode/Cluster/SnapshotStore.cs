using System.Buffers;
using System.Globalization;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Platform;
using CoreNode.Store;

namespace CoreNode.Cluster;

/// <summary>
/// Snapshot files: written under a temporary name, synced, read back and checked, renamed, and only then is the one
/// before removed. So whatever the moment of a crash, one complete snapshot bears a final name. The name is the log
/// index in hex. One thread at a time.
/// </summary>
internal sealed class SnapshotStore(IFiles files, string replicaFolder, TimeProvider time)
{
    private const string Suffix = ".snap";
    private const string TemporarySuffix = ".tmp";
    private const int BufferBytes = 1 << 20;

    // A long stretch of unsynced data would make the log's next fdatasync wait for it: sync often, in small parts.
    private const long SyncEveryBytes = 2 << 20;

    /// <summary>Where the snapshots are.</summary>
    internal string Folder { get; } = Path.Combine(replicaFolder, "snap");

    /// <summary>Makes the folder and removes what a crash left unfinished.</summary>
    internal void Prepare()
    {
        files.CreateFolder(Folder);
        foreach (string name in files.List(Folder).Where(n => n.EndsWith(TemporarySuffix, StringComparison.Ordinal)))
            files.Delete(Path.Combine(Folder, name));
    }

    /// <summary>Writes a snapshot durably; returns its size in bytes.</summary>
    internal long Write(CapturedSnapshot snapshot, CancellationToken cancellation)
    {
        string path = Path.Combine(Folder, snapshot.Index.Value.ToString("x16", CultureInfo.InvariantCulture) + Suffix);
        string temporary = path + TemporarySuffix;
        long bytes;
        try
        {
            bytes = WriteFile(temporary, snapshot, cancellation);
            Verify(temporary, cancellation);
        }
        catch
        {
            // Half a snapshot on a full disk would keep the room that the next attempt needs.
            files.Delete(temporary);
            throw;
        }

        files.Rename(temporary, path);
        files.SyncFolder(Folder);
        RemoveOlderThan(snapshot.Index);
        return bytes;
    }

    /// <summary>Reads the newest snapshot; null if there is none.</summary>
    /// <exception cref="CorruptionException">It is damaged.</exception>
    internal RecoveredSnapshot? ReadNewest(KvOptions options, StoreStatistics statistics)
    {
        if (List() is not [.., var newest])
            return null;
        string path = Path.Combine(Folder, newest.Name);
        SnapshotReader reader = new();
        try
        {
            ReadFile(path, reader.Read, CancellationToken.None);
            reader.Complete();
        }
        catch (SnapshotFormatException damage)
        {
            throw new CorruptionException(
                path, damage.Offset, damage.Message,
                "The snapshot is damaged and the log before it is gone: restore the data folder from a backup, or "
                + "remove it to start with an empty one");
        }

        long now = (time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) * 100;
        KeyStateMachine keys = KeyStateMachine.Restore(reader, options, statistics, now);
        return new RecoveredSnapshot(keys, reader.AppliedIndex, reader.AppliedTerm, reader.CallerState);
    }

    private long WriteFile(string path, CapturedSnapshot snapshot, CancellationToken cancellation)
    {
        using IFile file = files.Open(path, create: true);
        file.SetLength(0);
        SnapshotWriter writer = new(snapshot.Keys, snapshot.Configuration);
        ArrayBufferWriter<byte> buffer = new(BufferBytes + (BufferBytes / 4));
        long offset = 0;
        long synced = 0;
        bool hasMore = true;
        while (hasMore)
        {
            cancellation.ThrowIfCancellationRequested();
            hasMore = writer.WriteChunk(buffer);
            if (hasMore && buffer.WrittenCount < BufferBytes)
                continue;
            file.Write(offset, buffer.WrittenSpan);
            offset += buffer.WrittenCount;
            buffer.ResetWrittenCount();
            if (offset - synced < SyncEveryBytes)
                continue;
            file.SyncData();
            synced = offset;
        }

        file.Sync();
        return offset;
    }

    private void Verify(string path, CancellationToken cancellation)
    {
        SnapshotVerifier verifier = new();
        ReadFile(path, verifier.Read, cancellation);
        verifier.Complete();
    }

    private void ReadFile(string path, ReadOnlySpanAction take, CancellationToken cancellation)
    {
        using IFile file = files.Open(path, create: false);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long offset = 0;
            int read;
            while ((read = file.Read(offset, buffer)) > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                take(buffer.AsSpan(0, read));
                offset += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void RemoveOlderThan(LogIndex index)
    {
        foreach ((LogIndex at, string name) in List())
        {
            if (at < index)
                files.Delete(Path.Combine(Folder, name));
        }

        files.SyncFolder(Folder);
    }

    // In order of their log positions: the names are fixed-width hex.
    private List<(LogIndex Index, string Name)> List() =>
    [
        .. files.List(Folder)
            .Where(n => n.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(n => (new LogIndex(Convert.ToUInt64(n[..^Suffix.Length], 16)), n)),
    ];

    private delegate void ReadOnlySpanAction(ReadOnlySpan<byte> bytes);
}
