using CoreNode.Cluster;
using CoreNode.Cluster.Leases;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Store;

namespace CoreNode.Tests.Cluster;

/// <summary>Writes and confirmations that belong to one term of one leader.</summary>
[TestFixture, Category("Unit")]
internal sealed class TermWriteTests
{
    private const string Refused = "does not lead any more in the term in which this was decided";

    [Test]
    public void The_leader_writes_in_its_term()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember leader = group.Leader;
        Task<KeyOutcome> write = leader.Set("/a", onlyIn: leader.Core.Raft.Term);
        group.Settle();
        Assert.That(CoreMember.Cause(write), Is.EqualTo("(success)"));
        Assert.That(group.Follower.Has("/a"), Is.True);
    }

    [Test]
    public void A_follower_refuses_at_once_and_forwards_nothing()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember follower = group.Follower;
        bool wasForwarded = false;
        group.LetThrough = message => !(wasForwarded |= message is ForwardedCommands);
        Task<KeyOutcome> write = follower.Set("/a", onlyIn: follower.Core.Raft.Term);
        follower.Round();
        Assert.That(CoreMember.Cause(write), Does.Contain(Refused));
        Assert.That(write.Result.Error!.Code, Is.EqualTo(ErrorCode.LeaderElection), "300 would mean: perhaps");
        group.Settle();
        Assert.That(wasForwarded, Is.False);
    }

    [Test]
    public void Without_a_leader_it_does_not_wait()
    {
        CoreGroup group = new(3);
        Task<KeyOutcome> write = group.Members[0].Set("/a", onlyIn: new Term(1));
        group.Members[0].Round();
        Assert.That(CoreMember.Cause(write), Does.Contain(Refused));
    }

    [Test]
    public void The_same_leader_in_a_later_term_refuses_what_was_decided_before()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember first = group.Leader;
        Term decided = first.Core.Raft.Term;
        group.Elect(1);
        group.Elect(0);
        Assert.That(group.Leader, Is.SameAs(first));
        Task<KeyOutcome> late = first.Set("/a", onlyIn: decided);
        Task<KeyOutcome> ordinary = first.Set("/b");
        group.Settle();
        Assert.That(CoreMember.Cause(late), Does.Contain(Refused));
        Assert.That(CoreMember.Cause(ordinary), Is.EqualTo("(success)"));
        Assert.That(first.Has("/a"), Is.False);
    }

    [Test]
    public void What_waits_while_leadership_moves_is_refused_once_it_has_moved()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember leader = group.Leader;
        group.LetThrough = static message => message is not RaftMessage { Kind: MessageKind.TimeoutNow };
        leader.Core.Handle(new MoveLeader(group.Members[1].Id));
        Task<KeyOutcome> write = leader.Set("/a", onlyIn: leader.Core.Raft.Term);
        Task<KeyOutcome> ordinary = leader.Set("/b");
        group.Settle();
        Assert.That(write.IsCompleted, Is.False, "the move may yet fail, and the term go on");
        group.LetThrough = static _ => true;
        group.Elect(1);
        group.Pass(2 * CoreMember.Heartbeat);
        Assert.That(CoreMember.Cause(write), Does.Contain(Refused));
        Assert.That(CoreMember.Cause(ordinary), Is.EqualTo("(success)"));
        Assert.That(leader.Has("/a"), Is.False);
    }

    [Test]
    public void A_deposed_leader_that_does_not_know_it_writes_nothing_that_lasts()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember old = group.Leader;
        Term term = old.Core.Raft.Term;
        old.IsCut = true;
        group.Elect(1);
        Task<KeyOutcome> write = old.Set("/a", onlyIn: term);
        old.Round();
        Assert.That(write.IsCompleted, Is.False, "it believes to lead: the entry is in its log");
        old.IsCut = false;
        group.Pass(5 * CoreMember.Heartbeat);
        Task<KeyOutcome> later = old.Set("/b", onlyIn: term);
        group.Settle();
        Assert.That(CoreMember.Cause(write), Does.Contain("previous leader failure"));
        Assert.That(CoreMember.Cause(later), Does.Contain(Refused));
        Assert.That(group.Members.Any(static m => m.Has("/a") || m.Has("/b")), Is.False);
    }

    [Test]
    public void The_leader_of_a_term_is_confirmed_by_a_quorum_and_nobody_else_is()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember leader = group.Leader;
        Term term = leader.Core.Raft.Term;
        var confirmed = leader.Read(term);
        var foreign = group.Follower.Read(term);
        var past = leader.Read(new Term(term.Value - 1));
        group.Settle();
        Assert.That(confirmed.Result.Error, Is.Null);
        Assert.That(foreign.Result.Error, Is.SameAs(StoreErrors.TermIsOver));
        Assert.That(past.Result.Error, Is.SameAs(StoreErrors.TermIsOver));
    }

    [Test]
    public void The_next_leaders_quorum_does_not_confirm_the_one_before()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember old = group.Leader;
        Term term = old.Core.Raft.Term;
        old.IsCut = true;
        var bound = old.Read(term);
        var ordinary = old.Read();
        old.Round();
        group.Elect(1);
        old.IsCut = false;
        group.Pass(15 * CoreMember.Heartbeat);
        Assert.That(ordinary.Result.Error, Is.Null, "a plain read goes on at the next leader");
        Assert.That(bound.Result.Error, Is.SameAs(StoreErrors.TermIsOver));
    }

    [Test]
    public void How_long_a_member_has_heard_of_no_leader_is_counted_from_its_last_word()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        group.Pass(5 * CoreMember.Heartbeat);
        CoreMember leader = group.Leader;
        CoreMember follower = group.Follower;
        Assert.That(Standing(follower).Silence, Is.LessThanOrEqualTo(2 * CoreMember.Heartbeat));
        Assert.That(Standing(leader).Silence, Is.EqualTo(TimeSpan.Zero));
        foreach (CoreMember member in group.Members)
            member.IsCut = true;
        group.Pass(30 * CoreMember.Heartbeat);
        LeaderStanding alone = Standing(follower);
        Assert.That(alone.Leader.IsNone, Is.True);
        Assert.That(alone.Silence, Is.GreaterThan(25 * CoreMember.Heartbeat));
        LeaderStanding former = Standing(leader);
        Assert.That(former.Leader.IsNone, Is.True, "without a quorum it has stepped down");
        Assert.That(former.Silence, Is.LessThan(25 * CoreMember.Heartbeat), "it led until then");
        Assert.That(alone.Voters, Has.Count.EqualTo(3));
    }

    private static LeaderStanding Standing(CoreMember member)
    {
        AskStanding ask = new();
        member.Core.Handle(ask);
        return ask.Completion.Task.Result;
    }
}
