using System.Globalization;
using CoreNode.Cluster.Peers;
using CoreNode.Kv;
using CoreNode.Platform;
using CoreNode.Raft;

namespace CoreNode.Cluster;

/// <summary>
/// Takes a leader's snapshot into a part file, whose name says exactly what it is a part of, so that only the same
/// stream goes on with it. Complete: synced, read back and loaded, then renamed; only then does Raft hear of it. One
/// thread at a time.
/// </summary>
internal sealed class SnapshotReceiver : ISnapshotSink
{
    private const long SyncEveryBytes = 2 << 20;

    private readonly SnapshotStore _store;
    private readonly RaftMessage _message;
    private readonly long _length;
    private readonly Func<string, RecoveredSnapshot> _load;
    private readonly Action<SnapshotReceived> _deliver;
    private readonly Action _ended;
    private readonly string _path;
    private readonly IFile _file;
    private long _synced;
    private bool _isClosed;

    internal SnapshotReceiver(
        SnapshotStore store, RaftMessage message, long length, Func<string, RecoveredSnapshot> load,
        Action<SnapshotReceived> deliver, Action ended)
    {
        _store = store;
        _message = message;
        _length = length;
        _load = load;
        _deliver = deliver;
        _ended = ended;
        SnapshotMetadata snapshot = message.Snapshot!;
        (_file, _path) = store.OpenPart(string.Create(
            CultureInfo.InvariantCulture,
            $"{snapshot.Index.Value:x16}-{snapshot.Term.Value:x}-{length:x}-{message.From.Value:x16}"));
        if (_file.Length > length)
            _file.SetLength(0);
        Offset = _synced = _file.Length;
    }

    public long Offset { get; private set; }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _file.Write(Offset, bytes);
            Offset += bytes.Length;
            if (Offset - _synced < SyncEveryBytes)
                return;

            // In small parts, so that the log's own syncs do not wait for a long one.
            _file.SyncData();
            _synced = Offset;
        }
        catch (IOException)
        {
            // On a full disk the log needs that room more; after a failed sync nothing says what is there.
            Discard();
            throw;
        }
    }

    public bool Complete()
    {
        if (Offset != _length)
            return false;
        _file.Sync();
        Close();
        SnapshotMetadata snapshot = _message.Snapshot!;
        try
        {
            RecoveredSnapshot loaded = _load(_path);
            if (loaded.Index == snapshot.Index && loaded.Term == snapshot.Term)
            {
                _store.GiveName(_path, snapshot.Index);
                _deliver(new SnapshotReceived(_message, loaded.Keys));
                return true;
            }
        }
        catch (SnapshotFormatException)
        {
            // Damaged on the way or at the sender: nothing of it is kept, and the leader hears that it failed.
        }

        _store.Remove(_path);
        return false;
    }

    public void Dispose()
    {
        Close();
        _ended();
    }

    private void Discard()
    {
        Close();
        _store.Remove(_path);
    }

    private void Close()
    {
        if (!_isClosed)
            _file.Dispose();
        _isClosed = true;
    }
}
