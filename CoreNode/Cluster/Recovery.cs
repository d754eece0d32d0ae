using System.Diagnostics;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Platform;
using CoreNode.Raft;
using CoreNode.Store;
using CoreNode.Wal;
using Microsoft.Extensions.Logging;

namespace CoreNode.Cluster;

/// <summary>
/// Brings a replica back from its folder: newest snapshot, then the log after it. At the first start it writes the
/// initial members as a snapshot, which every member of the same configuration makes alike, and then the log: a crash
/// in between is a first start again, since only the log makes a folder a member's.
/// </summary>
internal sealed class Recovery(
    ReplicaOptions options, IFiles files, SnapshotStore store, StoreStatistics statistics, ILogger logger)
{
    private static readonly LogIndex s_firstIndex = new(1);
    private static readonly Term s_firstTerm = new(1);

    private string LogFolder => Path.Combine(options.Folder, "wal");

    /// <summary>Recovers or makes the replica's state.</summary>
    /// <exception cref="CorruptionException">Stored data is damaged or does not fit together.</exception>
    internal (ReplicaState State, WalLog Log) Run()
    {
        long start = Stopwatch.GetTimestamp();
        files.CreateFolder(LogFolder);
        store.Prepare();
        if (!WalLog.Exists(files, LogFolder))
            Bootstrap();
        RecoveredSnapshot snapshot = store.ReadNewest(KvOptions(), statistics)
            ?? throw new CorruptionException(
                store.Folder, 0, "the log is there but no snapshot",
                "Restore the data folder from a backup, or remove it to start an empty member");
        WalLog log = WalLog.Open(files, LogFolder, snapshot.Index, new WalOptions(), out WalRecovery recovered);
        if (recovered.CutBytes > 0)
            logger.CutTornTail(recovered.CutBytes);
        RaftNode raft = MakeRaft(snapshot, recovered);
        logger.Recovered(
            snapshot.Keys.Publish().Count, raft.LastIndex, snapshot.Index, recovered.Entries.Count,
            (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        ReplicaState state = new(
            raft, snapshot.Keys, snapshot.Index, recovered.Identity.ClusterId, recovered.Identity.Node);
        return (state, log);
    }

    private KvOptions KvOptions() => new() { HistoryCapacity = options.HistoryCapacity };

    private void Bootstrap()
    {
        Dictionary<NodeId, InitialMember> members = options.InitialMembers.ToDictionary(
            m => Identities.OfMember(options.ClusterToken, m.PeerUrls));
        KeyStateMachine keys = new(KvOptions(), new StoreStatistics());
        foreach ((NodeId id, InitialMember member) in members.OrderBy(m => m.Key))
        {
            keys.Apply(
                MemberRecords.SetCommand(MemberRecords.PeersKey(id), member.PeerUrls), s_firstIndex, s_firstTerm, 0);
        }

        byte[] configuration = new Configuration([.. members.Keys.Order()]).Encode();
        store.Write(new CapturedSnapshot(keys.Capture(), configuration), CancellationToken.None);
        NodeId self = members.First(m => m.Value.Name == options.Name).Key;
        WalIdentity identity = new(Identities.OfCluster(options.ClusterToken, members.Keys), self);
        WalLog.Create(files, LogFolder, identity, new WalOptions()).Dispose();
        logger.Bootstrapped(self, identity.ClusterId.ToString("x"), options.Folder);
    }

    private RaftNode MakeRaft(RecoveredSnapshot snapshot, WalRecovery recovered)
    {
        RaftConfig config = new()
        {
            Id = recovered.Identity.Node,
            ElectionTicks = (int)(options.ElectionTimeout / options.HeartbeatInterval),
            HeartbeatTicks = 1,
            Prng = new Prng(options.Seed).Child("raft"),
        };
        List<RaftEntry> entries = [.. recovered.Entries.Select(
            e => new RaftEntry(e.Index, e.Term, (EntryKind)e.Kind, e.Payload))];
        HardState hardState = new(
            recovered.HardState.Term > snapshot.Term ? recovered.HardState.Term : snapshot.Term,
            recovered.HardState.Vote,
            LogIndex.Max(recovered.HardState.Commit, snapshot.Index));
        return new RaftNode(
            config, hardState, Configuration.Decode(snapshot.Configuration.Span), snapshot.Index, snapshot.Term,
            entries);
    }
}
