using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Platform;
using CoreNode.Raft;
using CoreNode.Store;
using CoreNode.Wal;

namespace CoreNode.Cluster;

/// <summary>
/// Work on the data of a member that does not run: look at it, make it the only member of a new cluster, write a
/// backup, make a member from a backup. The caller holds the folder's lock. Every step may be interrupted: afterwards
/// the folder holds the old state or the new one, see <see cref="StateReplacement"/>.
/// </summary>
public sealed class OfflineReplica
{
    private readonly IFiles _files;
    private readonly string _folder;
    private readonly TimeProvider _time;

    /// <summary>Finishes what an earlier run was interrupted in; reads nothing yet.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="folder">$DATA/raft.</param>
    /// <param name="time">The wall clock, for what a snapshot shows of times.</param>
    public OfflineReplica(IFiles files, string folder, TimeProvider time)
    {
        _files = files;
        _folder = folder;
        _time = time;
        StateReplacement.Finish(files, folder);
    }

    /// <summary>True if the folder is a member's.</summary>
    public bool HasMember => WalLog.Exists(_files, LogFolder);

    private string LogFolder => Path.Combine(_folder, "wal");

    /// <summary>Looks at a member's folder.</summary>
    /// <exception cref="IOException">There is no member.</exception>
    /// <exception cref="CorruptionException">It is damaged.</exception>
    public OfflineSummary Inspect() => Read().Summary;

    /// <summary>
    /// Makes this member the only one of a new cluster that goes on with everything that is in its log. Nobody of the
    /// old cluster talks to it any more, since the cluster id is another one.
    /// </summary>
    public OfflineSummary Recover(ulong clusterId)
    {
        OfflineState state = Read();
        if (state.Summary.Members.All(m => m.Id != state.Self))
        {
            throw new IOException(
                $"{_folder}: this member {state.Self} was removed from its cluster; write a backup of it with "
                + "`corenode cluster backup --data-dir` and restore that into an empty folder");
        }

        return Replace(state, clusterId, state.Self, peerUrls: null);
    }

    /// <summary>Writes a backup of everything that is in the folder; the file appears only when it is whole.</summary>
    /// <param name="path">The new file.</param>
    public OfflineSummary Backup(string path)
    {
        OfflineState state = Read();
        CapturedSnapshot snapshot = new(state.Keys.Capture(), Configuration.Single(state.Self));
        new SnapshotStore(_files, _folder, _time).WriteTo(path, snapshot);
        return state.Summary;
    }

    /// <summary>Makes the only member of a new cluster from a backup.</summary>
    /// <param name="backup">The file; it is checked completely before anything is changed.</param>
    /// <param name="clusterId">The new cluster.</param>
    /// <param name="peerUrls">Where the member will be reached by others.</param>
    /// <exception cref="IOException">The folder is not empty.</exception>
    /// <exception cref="CorruptionException">The backup is damaged.</exception>
    public OfflineSummary Restore(string backup, ulong clusterId, IReadOnlyList<string> peerUrls)
    {
        SnapshotStore store = new(_files, _folder, _time);
        if (HasMember || _files.List(store.Folder).Count > 0)
            throw new IOException($"{_folder} is not empty: a backup is restored into an empty data folder only");
        NodeId self = Identities.OfMember(Identities.Text(clusterId), peerUrls);
        RecoveredSnapshot snapshot = Load(store, backup);
        return Replace(OfflineState.Of(snapshot, self), clusterId, self, peerUrls);
    }

    /// <summary>Checks a backup completely and tells what it holds.</summary>
    /// <exception cref="CorruptionException">It is damaged.</exception>
    public static OfflineSummary Check(IFiles files, string backup, TimeProvider time)
    {
        SnapshotStore store = new(files, Path.GetDirectoryName(backup)!, time);
        return OfflineState.Of(Load(store, backup), NodeId.None).Summary;
    }

    private static RecoveredSnapshot Load(SnapshotStore store, string backup)
    {
        try
        {
            return store.Load(backup, new KvOptions(), new StoreStatistics());
        }
        catch (SnapshotFormatException damage)
        {
            throw new CorruptionException(
                backup, damage.Offset, $"the backup is damaged: {damage.Message}", "Use another one");
        }
    }

    private OfflineState Read()
    {
        if (!HasMember)
            throw new IOException($"{_folder}: there is no member's data");
        SnapshotStore store = new(_files, _folder, _time);
        store.Prepare();
        RecoveredSnapshot snapshot = store.ReadNewest(new KvOptions(), new StoreStatistics())
            ?? throw new CorruptionException(
                store.Folder, 0, "the log is there but no snapshot", "Restore the data folder from a backup");
        using WalLog log = WalLog.Open(_files, LogFolder, snapshot.Index, new WalOptions(), out WalRecovery recovered);
        return OfflineState.Of(snapshot, recovered);
    }

    private OfflineSummary Replace(
        OfflineState state, ulong clusterId, NodeId self, IReadOnlyList<string>? peerUrls)
    {
        state.KeepOnly(self, peerUrls);
        string next = StateReplacement.Prepare(_files, _folder);
        CapturedSnapshot snapshot = new(state.Keys.Capture(), Configuration.Single(self));
        new SnapshotStore(_files, next, _time).Write(snapshot, CancellationToken.None);
        WalLog.Create(_files, Path.Combine(next, "wal"), new WalIdentity(clusterId, self), new WalOptions()).Dispose();
        StateReplacement.Commit(_files, _folder);
        return state.Summary with { ClusterId = clusterId, Self = self };
    }
}
