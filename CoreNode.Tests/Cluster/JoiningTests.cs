using CoreNode.Cluster;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Cluster;

/// <summary>What a machine without data learns from the members that run.</summary>
[TestFixture, Category("Unit")]
internal sealed class JoiningTests
{
    private static readonly NodeId s_known = new(0xa);
    private static readonly NodeId s_self = new(0xd);

    [Test]
    public async Task It_finds_itself_by_its_peer_url()
    {
        JoinPlan plan = await Joining(Answer(Member(s_known, 1, "m1"), Member(s_self, 4, ""))).AskAsync(default);
        Assert.Multiple(() =>
        {
            Assert.That(plan.Self, Is.EqualTo(s_self));
            Assert.That(plan.ClusterId, Is.EqualTo(7));
            Assert.That(plan.Voters, Is.EqualTo(new[] { s_known }));
            Assert.That(plan.Peers.Select(p => p.Node), Is.EqualTo(new[] { s_known, s_self }));
        });
    }

    [Test]
    public async Task It_may_not_go_on_under_an_identity_that_had_data()
    {
        Joining joining = Joining(Answer(Member(s_known, 1, "m1"), Member(s_self, 4, "m4")));
        IOException refused = (await Assert.ThrowsAsync<IOException>(() => joining.AskAsync(default)))!;
        Assert.That(refused.Message, Does.Contain("corenode member add --replace m4 http://10.0.0.4:2380"));
    }

    [Test]
    public async Task A_cluster_that_does_not_know_it_is_named_with_what_to_do()
    {
        Joining joining = Joining(Answer(Member(s_known, 1, "m1")));
        IOException refused = (await Assert.ThrowsAsync<IOException>(() => joining.AskAsync(default)))!;
        Assert.That(refused.Message, Does.Contain("`corenode member add m4 http://10.0.0.4:2380`"));
    }

    [Test]
    public async Task A_member_that_is_behind_is_asked_again_before_giving_up()
    {
        int asked = 0;
        Joining joining = Joining(_ => ++asked < 3
            ? Description(Member(s_known, 1, "m1"))
            : Description(Member(s_known, 1, "m1"), Member(s_self, 4, "")));
        Assert.That((await joining.AskAsync(default)).Self, Is.EqualTo(s_self));
    }

    [Test]
    public async Task A_member_that_still_lists_the_replaced_machine_is_not_believed_if_another_knows_better()
    {
        Joining joining = Joining(url => url == CoreGroup.Url(1)
            ? Description(Member(s_known, 1, "m1"), Member(new NodeId(0xc), 4, "m4"))
            : Description(Member(s_known, 1, "m1"), Member(s_self, 4, "")));
        Assert.That((await joining.AskAsync(default)).Self, Is.EqualTo(s_self));
    }

    [Test]
    public async Task It_waits_until_somebody_answers()
    {
        int asked = 0;
        Joining joining = Joining(_ => ++asked < 6
            ? null
            : Description(Member(s_known, 1, "m1"), Member(s_self, 4, "")));
        Assert.That((await joining.AskAsync(default)).Self, Is.EqualTo(s_self));
    }

    [Test]
    public async Task Where_the_others_are_is_asked_of_the_own_cluster_only()
    {
        Joining joining = Joining(url => url == CoreGroup.Url(1)
            ? Description(Member(new NodeId(0xf), 9, "other")) with { ClusterId = 8 }
            : Description(Member(s_known, 1, "m1"), Member(s_self, 4, "")));
        IReadOnlyList<PeerAddress> peers = await joining.FindPeersAsync(7, Timeout.InfiniteTimeSpan, default);
        Assert.That(peers.Select(p => p.Node), Is.EqualTo(new[] { s_known, s_self }));
    }

    [Test]
    public async Task A_new_cluster_is_not_begun_where_this_machine_has_been_a_member()
    {
        await Assert.ThatAsync(
            () => Joining(Answer(Member(s_self, 4, "m4"))).CheckIsNewAsync(7, s_self, default),
            Throws.InstanceOf<IOException>().With.Message.Contains("must not take part under that identity"));
        await Assert.ThatAsync(
            () => Joining(Answer(Member(s_known, 1, "m1"))).CheckIsNewAsync(7, s_self, default),
            Throws.InstanceOf<IOException>().With.Message.Contains("was removed from the cluster 7"));
        await Assert.ThatAsync(
            () => Joining(Answer(Member(s_self, 4, ""))).CheckIsNewAsync(7, s_self, default), Throws.Nothing,
            "it starts later than the others");
        await Assert.ThatAsync(
            () => Joining(Answer(Member(s_self, 4, "m4"))).CheckIsNewAsync(9, s_self, default), Throws.Nothing,
            "another cluster's business");
        await Assert.ThatAsync(() => Joining(static _ => null).CheckIsNewAsync(7, s_self, default), Throws.Nothing);
    }

    private static Func<string, ClusterDescription?> Answer(params Member[] members) => _ => Description(members);

    private static ClusterDescription Description(params Member[] members) => new(7, members, [s_known]);

    private static Member Member(NodeId id, int n, string name) => new(id, name, [CoreGroup.Url(n)], []);

    private static Joining Joining(Func<string, ClusterDescription?> answer)
    {
        ReplicaOptions options = new()
        {
            Folder = "/raft",
            Name = "m4",
            InitialMembers = [.. new[] { 1, 2, 4 }.Select(n => new InitialMember($"m{n}", [CoreGroup.Url(n)]))],
            AdvertiseClientUrls = [],
        };
        return new Joining(options, new ScriptedProbe(answer), new HastyTime(), NullLogger.Instance);
    }

    private sealed class ScriptedProbe(Func<string, ClusterDescription?> answer) : IClusterProbe
    {
        public Task<ClusterDescription?> DescribeAsync(string peerUrl, CancellationToken cancellation) =>
            Task.FromResult(answer(peerUrl));
    }

    // Whoever waits has waited long enough.
    private sealed class HastyTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, dueTime == s_pause ? TimeSpan.Zero : dueTime, period);

        private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    }
}
