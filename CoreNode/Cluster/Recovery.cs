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
    private static readonly Term s_firstTerm = new(1);

    private string LogFolder => Path.Combine(options.Folder, "wal");

    /// <summary>True if there is no member in the folder yet.</summary>
    internal bool IsFirstStart => !WalLog.Exists(files, LogFolder);

    /// <summary>The identities that the initial configuration gives.</summary>
    internal (ulong ClusterId, NodeId Self) InitialIdentity()
    {
        Dictionary<NodeId, InitialMember> members = InitialMembers();
        return (Identities.OfCluster(options.ClusterToken, members.Keys),
            members.First(m => m.Value.Name == options.Name).Key);
    }

    /// <summary>Recovers or makes the replica's state.</summary>
    /// <exception cref="CorruptionException">Stored data is damaged or does not fit together.</exception>
    /// <param name="plan">Who this member is in a cluster that it joins; null to begin a new cluster.</param>
    internal (ReplicaState State, WalLog Log) Run(JoinPlan? plan = null)
    {
        long start = Stopwatch.GetTimestamp();
        files.CreateFolder(LogFolder);
        store.Prepare();
        if (IsFirstStart)
            Bootstrap(plan);
        RecoveredSnapshot snapshot = store.ReadNewest(KvOptions(), statistics)
            ?? throw new CorruptionException(
                store.Folder, 0, "the log is there but no snapshot",
                "Restore the data folder from a backup, or remove it to start an empty member");
        WalLog log = WalLog.Open(files, LogFolder, snapshot.Index, options.Log, out WalRecovery recovered);
        if (recovered.CutBytes > 0)
            logger.CutTornTail(recovered.CutBytes);
        RaftNode raft = MakeRaft(snapshot, recovered);
        logger.Recovered(
            snapshot.Keys.Publish().Count, raft.LastIndex, snapshot.Index, recovered.Entries.Count,
            (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        ReplicaState state = new(
            raft, snapshot.Keys,
            new SnapshotMetadata(snapshot.Index, snapshot.Term, Configuration.Decode(snapshot.Configuration.Span)),
            recovered.Identity.ClusterId, recovered.Identity.Node)
        {
            FirstPeers = plan?.Peers ?? [],
        };
        return (state, log);
    }

    private KvOptions KvOptions() => new() { HistoryCapacity = options.HistoryCapacity };

    private void Bootstrap(JoinPlan? plan)
    {
        KeyStateMachine keys = new(KvOptions(), new StoreStatistics());
        WalIdentity identity;
        Configuration configuration;
        if (plan is not null)
        {
            // Nothing yet: the leader sends a snapshot, with the members in it.
            identity = new WalIdentity(plan.ClusterId, plan.Self);
            configuration = new Configuration(plan.Voters);
        }
        else
        {
            Dictionary<NodeId, InitialMember> members = InitialMembers();
            LogIndex index = LogIndex.Zero;
            List<NodeId> ids = [.. members.Keys];
            ids.Sort();
            foreach (NodeId id in ids)
            {
                index = index.Next;
                keys.Apply(
                    MemberRecords.SetCommand(MemberRecords.PeersKey(id), members[id].PeerUrls), index, s_firstTerm, 0);
            }

            (ulong clusterId, NodeId self) = InitialIdentity();
            identity = new WalIdentity(clusterId, self);
            configuration = new Configuration(ids);
        }

        store.Write(new CapturedSnapshot(keys.Capture(), configuration), CancellationToken.None);
        WalLog.Create(files, LogFolder, identity, options.Log).Dispose();
        logger.Bootstrapped(identity.Node, identity.ClusterId.ToString("x"), options.Folder);
    }

    private Dictionary<NodeId, InitialMember> InitialMembers() => options.InitialMembers.ToDictionary(
        m => Identities.OfMember(options.ClusterToken, m.PeerUrls));

    private RaftNode MakeRaft(RecoveredSnapshot snapshot, WalRecovery recovered)
    {
        RaftConfig config = new()
        {
            Id = recovered.Identity.Node,
            ElectionTicks = (int)(options.ElectionTimeout / options.HeartbeatInterval),
            HeartbeatTicks = 1,
            Prng = new Prng(options.Seed).Child("raft"),
        };
        // A crash between a received snapshot and the log's note of it: older entries after it belong to a history
        // that the snapshot contradicts. Were they consistent with it, their terms would not be older.
        bool isOfOldHistory = recovered.Entries.Count > 0 && recovered.Entries[0].Term < snapshot.Term;
        if (isOfOldHistory)
            Probe.Hit("cluster.old-history-dropped");
        List<RaftEntry> entries = [];
        if (!isOfOldHistory)
        {
            entries.Capacity = recovered.Entries.Count;
            foreach (WalEntry e in recovered.Entries)
                entries.Add(new RaftEntry(e.Index, e.Term, (EntryKind)e.Kind, e.Payload));
        }

        // A snapshot of a later term than was noted: in that one nothing was promised.
        bool isTermNew = recovered.HardState.Term < snapshot.Term;
        HardState hardState = new(
            isTermNew ? snapshot.Term : recovered.HardState.Term,
            isTermNew ? NodeId.None : recovered.HardState.Vote,
            LogIndex.Max(recovered.HardState.Commit, snapshot.Index));
        return new RaftNode(
            config, hardState, Configuration.Decode(snapshot.Configuration.Span), snapshot.Index, snapshot.Term,
            entries);
    }
}
