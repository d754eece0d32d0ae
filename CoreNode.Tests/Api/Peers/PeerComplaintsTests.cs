using System.Net;
using CoreNode.Api.Peers;
using CoreNode.Foundation;
using CoreNode.Tests.Foundation;

namespace CoreNode.Tests.Api.Peers;

/// <summary>One clear line for each peer and reason, not one for each attempt.</summary>
[TestFixture, Category("Unit")]
internal sealed class PeerComplaintsTests
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(30);
    private static readonly IPAddress s_address = IPAddress.Parse("192.0.2.1");

    [Test]
    public void The_same_reason_for_the_same_peer_is_told_once_in_an_interval()
    {
        StepTime time = new();
        using RecordedLog log = new();
        PeerComplaints complaints = new(s_interval, time, log);
        for (int port = 1; port < 100; port++)
            Complain(complaints, 7, ProtocolFault.WrongCluster, port);
        Assert.That(log.Lines, Has.Count.EqualTo(1));
        Complain(complaints, 7, ProtocolFault.Damaged);
        Complain(complaints, 8, ProtocolFault.WrongCluster);
        Assert.That(log.Lines, Has.Count.EqualTo(3));
        time.Advance(s_interval);
        Complain(complaints, 7, ProtocolFault.WrongCluster);
        Assert.That(log.Lines, Has.Count.EqualTo(4));
    }

    [Test]
    public void A_line_names_address_and_member_and_says_what_to_do([Values] ProtocolFault fault)
    {
        using RecordedLog log = new();
        Complain(new PeerComplaints(s_interval, new StepTime(), log), 0xAB, fault, 4711);
        string label = PeerMetrics.Label(fault);
        Assert.That(log.Lines.Single(), Does
            .StartWith($"closed the peer connection of member ab from 192.0.2.1:4711 ({label}): why; ")
            .And.Match("; .{10,}$"));
    }

    [Test]
    public void What_is_remembered_of_strangers_is_bounded()
    {
        using RecordedLog log = new();
        PeerComplaints complaints = new(s_interval, new StepTime(), log);
        for (ulong node = 1; node <= 2500; node++)
            Complain(complaints, node, ProtocolFault.Unknown);
        Assert.That(log.Lines, Has.Count.EqualTo(2500));
        Complain(complaints, 1, ProtocolFault.Unknown);
        Assert.That(log.Lines, Has.Count.EqualTo(2501), "the first ones are forgotten");
        Complain(complaints, 2500, ProtocolFault.Unknown);
        Assert.That(log.Lines, Has.Count.EqualTo(2501), "the last one is not");
    }

    private static void Complain(PeerComplaints complaints, ulong node, ProtocolFault fault, int port = 1) =>
        complaints.Refused(new IPEndPoint(s_address, port), new NodeId(node), fault, "why");

    private sealed class StepTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan by) => _now += by.Ticks;
    }
}
