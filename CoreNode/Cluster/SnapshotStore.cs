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
/// index in hex. Snapshots are written by one thread at a time and received by another one; <c>_names</c> guards which
/// of them bear a final name.
/// </summary>
internal sealed class SnapshotStore(IFiles files, string replicaFolder, TimeProvider time)
{
    private const string Suffix = ".snap";
    private const string TemporarySuffix = ".tmp";
    private const string PartSuffix = ".part";
    private const int BufferBytes = 1 << 20;

    private readonly Lock _names = new();

    // A long stretch of unsynced data would make the log's next fdatasync wait for it: sync often, in small parts.
    private const long SyncEveryBytes = 2 << 20;

    /// <summary>Where the snapshots are.</summary>
    internal string Folder { get; } = Path.Combine(replicaFolder, "snap");

    /// <summary>Makes the folder and removes what a crash left unfinished.</summary>
    internal void Prepare()
    {
        files.CreateFolder(Folder);
        foreach (string name in files.List(Folder))
        {
            if (name.EndsWith(TemporarySuffix, StringComparison.Ordinal)
                || name.EndsWith(PartSuffix, StringComparison.Ordinal))
            {
                files.Delete(Path.Combine(Folder, name));
            }
        }
    }

    /// <summary>Writes a snapshot durably; returns its size in bytes.</summary>
    internal long Write(CapturedSnapshot snapshot, CancellationToken cancellation)
    {
        string temporary = PathOf(snapshot.Index) + TemporarySuffix;
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

        GiveName(temporary, snapshot.Index);
        return bytes;
    }

    /// <summary>Writes a snapshot to a file elsewhere, which appears only when it is whole and checked.</summary>
    internal void WriteTo(string path, CapturedSnapshot snapshot)
    {
        string temporary = path + TemporarySuffix;
        try
        {
            WriteFile(temporary, snapshot, CancellationToken.None);
            Verify(temporary, CancellationToken.None);
        }
        catch
        {
            files.Delete(temporary);
            throw;
        }

        files.Rename(temporary, path);
        files.SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Opens a snapshot for sending; null if it is not there (any more).</summary>
    internal SnapshotSource? OpenForSending(LogIndex index)
    {
        lock (_names)
        {
            string path = PathOf(index);
            return files.Exists(path) ? new SnapshotSource(files.Open(path, create: false)) : null;
        }
    }

    /// <summary>Opens the file into which a snapshot is received; what an earlier stream left there stays.</summary>
    internal (IFile File, string Path) OpenPart(string name)
    {
        foreach (string other in files.List(Folder))
        {
            if (other.EndsWith(PartSuffix, StringComparison.Ordinal) && other != name + PartSuffix)
                files.Delete(Path.Combine(Folder, other));
        }

        string path = Path.Combine(Folder, name + PartSuffix);
        return (files.Open(path, create: true), path);
    }

    /// <summary>Removes a part that is of no use.</summary>
    internal void Remove(string path) => files.Delete(path);

    /// <summary>Reads a received part back, all of it checked; it then stands for that index.</summary>
    /// <exception cref="SnapshotFormatException">It is damaged.</exception>
    internal RecoveredSnapshot Load(string path, KvOptions options, StoreStatistics statistics)
    {
        SnapshotReader reader = new();
        ReadFile(path, reader.Read, CancellationToken.None);
        reader.Complete();
        long now = (time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) * 100;
        KeyStateMachine keys = KeyStateMachine.Restore(reader, options, statistics, now);
        return new RecoveredSnapshot(keys, reader.AppliedIndex, reader.AppliedTerm, reader.CallerState);
    }

    /// <summary>A complete, synced file becomes the snapshot at that index, and older ones go.</summary>
    internal void GiveName(string path, LogIndex index)
    {
        lock (_names)
        {
            files.Rename(path, PathOf(index));
            files.SyncFolder(Folder);
            RemoveOlderThan(index);
        }
    }

    /// <summary>Reads the newest snapshot; null if there is none.</summary>
    /// <exception cref="CorruptionException">It is damaged.</exception>
    internal RecoveredSnapshot? ReadNewest(KvOptions options, StoreStatistics statistics)
    {
        if (List() is not [.., var newest])
            return null;
        string path = Path.Combine(Folder, newest.Name);
        try
        {
            return Load(path, options, statistics);
        }
        catch (SnapshotFormatException damage)
        {
            throw new CorruptionException(
                path, damage.Offset, damage.Message,
                "The snapshot is damaged and the log before it is gone: restore the data folder from a backup, or "
                + "remove it to start with an empty one");
        }
    }

    private string PathOf(LogIndex index) =>
        Path.Combine(Folder, index.Value.ToString("x16", CultureInfo.InvariantCulture) + Suffix);

    private long WriteFile(string path, CapturedSnapshot snapshot, CancellationToken cancellation)
    {
        using IFile file = files.Open(path, create: true);
        file.SetLength(0);
        SnapshotWriter writer = new(snapshot.Keys, snapshot.Configuration.Encode());
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
    private List<(LogIndex Index, string Name)> List()
    {
        List<string> names = [.. files.List(Folder).Where(n => n.EndsWith(Suffix, StringComparison.Ordinal))];
        return names.ConvertAll(static n => (new LogIndex(Convert.ToUInt64(n[..^Suffix.Length], 16)), n));
    }

    private delegate void ReadOnlySpanAction(ReadOnlySpan<byte> bytes);
}
