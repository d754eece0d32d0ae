using CoreNode.Cluster;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Raft;

namespace CoreNode.Tests.Cluster;

/// <summary>
/// Several cores and the wire between them. Time passes only when it is told to; what is on the wire waits until the
/// test lets it through.
/// </summary>
internal sealed class CoreGroup
{
    private const int MostRounds = 500;
    private const int MostBeatsToElect = 50;

    private readonly InitialMember[] _initial;
    private readonly List<CoreMember> _members = [];

    public CoreGroup(int count, ulong snapshotCount = 100_000)
    {
        SnapshotCount = snapshotCount;
        _initial = [.. Enumerable.Range(1, count).Select(n => new InitialMember($"m{n}", [Url(n)]))];
        for (int n = 1; n <= count; n++)
            _members.Add(new CoreMember(Options(n), Time));
    }

    public CoreTime Time { get; } = new();

    public ulong SnapshotCount { get; }

    public IReadOnlyList<CoreMember> Members => _members;

    public CoreMember Leader => _members.Single(m => m.IsLeader && !m.IsCut);

    public CoreMember Follower => _members.First(m => !m.IsLeader && !m.IsCut);

    /// <summary>False holds a message back for good.</summary>
    public Func<object, bool> LetThrough { get; set; } = static _ => true;

    /// <summary>What arrives in place of a message: damage on the way.</summary>
    public Func<object, object> Alter { get; set; } = static message => message;

    public static string Url(int n) => $"http://10.0.0.{n}:2380";

    public ReplicaOptions Options(int n) => new()
    {
        Folder = "/raft",
        Name = $"m{n}",
        InitialMembers = _initial,
        AdvertiseClientUrls = [],
        HeartbeatInterval = CoreMember.Heartbeat,
        ElectionTimeout = CoreMember.Election,
        SnapshotCount = SnapshotCount,
        Seed = (ulong)n,
    };

    /// <summary>Makes one of them lead.</summary>
    public CoreGroup Elect(int at = 0)
    {
        CoreMember member = _members[at];
        for (int i = 0; i < MostBeatsToElect && !member.IsLeader; i++)
        {
            if (_members.FirstOrDefault(m => m.IsLeader && !m.IsCut) is { } leader)
                leader.Core.Handle(new MoveLeader(member.Id));
            else
                member.Core.Raft.Campaign();
            Settle();
            if (!member.IsLeader)
                Pass(CoreMember.Heartbeat);
        }

        Assert.That(member.IsLeader, Is.True);
        return this;
    }

    /// <summary>A machine that joins as the member of that identity.</summary>
    public CoreMember Join(int n, NodeId id)
    {
        CoreMember leader = Leader;
        PeerAddress[] peers =
            [.. MemberRecords.Read(leader.Core.Published).Select(m => new PeerAddress(m.Id, m.PeerUrls))];
        CoreMember joined = new(Options(n), Time, new JoinPlan(1, id, leader.Core.Raft.Configuration.Voters, peers));
        _members.Add(joined);
        return joined;
    }

    public CoreMember Find(NodeId id) => _members.Single(m => m.Id == id);

    /// <summary>Brings what is on the wire to its receivers' inboxes; true if there was anything.</summary>
    public bool Deliver()
    {
        bool didSomething = false;
        foreach (CoreMember from in _members)
        {
            object[] messages = [.. from.Ports.Outgoing];
            from.Ports.Outgoing.Clear();
            foreach (object message in messages)
            {
                didSomething = true;
                if (!from.IsCut && LetThrough(message))
                    Bring(Alter(message));
            }
        }

        return didSomething;
    }

    /// <summary>Everything that happens without time passing.</summary>
    public void Settle()
    {
        for (int i = 0; i < MostRounds; i++)
        {
            bool wasBusy = Deliver();
            foreach (CoreMember member in _members)
            {
                wasBusy |= member.IsBusy;
                member.Round();
            }

            if (!wasBusy && !_members.Any(m => m.IsBusy || m.Ports.Outgoing.Count > 0))
                return;
        }

        Assert.Fail("the members do not come to rest");
    }

    public void Pass(TimeSpan time)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += CoreMember.Heartbeat)
        {
            Time.Advance(CoreMember.Heartbeat);
            Settle();
        }
    }

    /// <summary>What a member would receive as the snapshot that another one has captured.</summary>
    public static SnapshotReceived Received(CapturedSnapshot snapshot, RaftMessage message)
    {
        System.Buffers.ArrayBufferWriter<byte> bytes = new();
        SnapshotWriter writer = new(snapshot.Keys, snapshot.Configuration.Encode());
        while (writer.WriteChunk(bytes))
        {
        }

        SnapshotReader reader = new();
        reader.Read(bytes.WrittenSpan);
        reader.Complete();
        KeyStateMachine keys = KeyStateMachine.Restore(
            reader, new KvOptions(), new CoreNode.Store.StoreStatistics(), 0);
        return new SnapshotReceived(message with { Snapshot = snapshot.Metadata }, keys);
    }

    private void Bring(object message)
    {
        NodeId to = message is RaftMessage raft ? raft.To : ((PeerMessage)message).To;
        if (_members.FirstOrDefault(m => m.Id == to) is not { IsCut: false } member)
            return;
        member.Core.Handle(message is RaftMessage one
            ? new PeerRaftMessage(one)
            : new PeerOtherMessage((PeerMessage)message));
    }
}
