using CoreNode.Cluster;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Store;
using CoreNode.Tests.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Cluster;

/// <summary>A whole replica that must not take part any more, while it runs.</summary>
[TestFixture, Category("Unit")]
internal sealed class StoppedReplicaTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Test]
    public async Task A_running_member_that_learns_of_its_removal_fails_leaves_a_note_and_does_not_start_again()
    {
        SimulatedFiles files = new(new Prng(1));
        files.CreateFolder("/data");
        PlayedTransport transport = new();
        Replica replica = await StartAsync(files, transport);
        transport.Receiver!.ReportRefused(
            new NodeId(5), new PeerRefusal(PeerRefusalReason.Removed, "it was removed"));
        MemberStoppedException? stopped = await Assert.ThrowsAsync<MemberStoppedException>(
            () => replica.Completion.WaitAsync(s_patience));
        Assert.That(stopped!.Stop.Kind, Is.EqualTo(MemberStopKind.Removed));
        Assert.That(replica.UnhealthyReason, Is.Not.Null);
        KeyOutcome late = await replica.ProposeAsync(
            MemberRecords.SetCommand("version", ["2"]), CancellationToken.None);
        Assert.That(late.Error, Is.Not.Null);
        await replica.DisposeAsync();
        await Assert.ThrowsAsync<MemberStoppedException>(() => StartAsync(files, new PlayedTransport()));
    }

    [Test]
    public async Task A_member_whose_log_lacks_what_it_acknowledged_stops()
    {
        SimulatedFiles files = new(new Prng(1));
        files.CreateFolder("/data");
        PlayedTransport transport = new();
        await using Replica replica = await StartAsync(files, transport);
        transport.Receiver!.Receive(new RaftMessage
        {
            Kind = MessageKind.Heartbeat,
            From = new NodeId(5),
            To = replica.Self,
            Term = new Term(9),
            Commit = new LogIndex(1000),
        });
        MemberStoppedException? stopped = await Assert.ThrowsAsync<MemberStoppedException>(
            () => replica.Completion.WaitAsync(s_patience));
        Assert.That(stopped!.Stop.Kind, Is.EqualTo(MemberStopKind.SetBack));
        Assert.That(StopNote.Read(files, "/data/raft")!.Kind, Is.EqualTo(MemberStopKind.SetBack));
    }

    private static Task<Replica> StartAsync(SimulatedFiles files, PlayedTransport transport) => Replica.StartAsync(
        new ReplicaOptions
        {
            Folder = "/data/raft",
            Name = "m1",
            InitialMembers = [.. Enumerable.Range(1, 3).Select(n => new InitialMember($"m{n}", [CoreGroup.Url(n)]))],
            AdvertiseClientUrls = [],
        },
        files, TimeProvider.System, NullLoggerFactory.Instance, transport, probe: null, CancellationToken.None);

    private sealed class PlayedTransport : IPeerTransport
    {
        public IPeerReceiver? Receiver { get; private set; }

        public Task StartAsync(PeerIdentity self, IPeerReceiver receiver, CancellationToken cancellation)
        {
            Receiver = receiver;
            return Task.CompletedTask;
        }

        public void Send(RaftMessage message)
        {
        }

        public void Send(PeerMessage message)
        {
        }

        public void Flush()
        {
        }

        public void SendSnapshot(RaftMessage message)
        {
        }

        public void SetMembers(IReadOnlyList<PeerAddress> members)
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
