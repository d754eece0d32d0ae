using CoreNode.Cluster;
using CoreNode.Cluster.Peers;
using CoreNode.Raft;
using CoreNode.Store;

namespace CoreNode.Tests.Cluster;

/// <summary>Writes of a follower's clients on their way to the leader and back.</summary>
[TestFixture, Category("Unit")]
internal sealed class ForwardingTests
{
    [Test]
    public void A_followers_write_is_answered_once_it_is_applied_there()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember follower = group.Follower;
        Task<KeyOutcome> write = follower.Set("/a");
        group.Settle();
        Assert.That(write.IsCompleted, Is.True);
        Assert.That(CoreMember.Cause(write), Is.EqualTo("(success)"));
        Assert.That(follower.Has("/a"), Is.True);
    }

    [Test]
    public void A_write_that_waited_for_a_leader_is_answered_with_success()
    {
        CoreGroup group = new(3);
        Task<KeyOutcome> write = group.Members[1].Set("/a");
        group.Settle();
        Assert.That(write.IsCompleted, Is.False);
        group.Elect();
        Assert.That(write.IsCompleted, Is.True);
        Assert.That(CoreMember.Cause(write), Is.EqualTo("(success)"));
    }

    [Test]
    public void A_change_of_members_that_comes_with_the_new_leaders_first_message_is_answered()
    {
        CoreGroup group = new(3);
        CoreMember follower = group.Members[1];
        group.Members[0].Core.Raft.Campaign();
        Task<MemberChangeOutcome>? change = null;
        while (change is null)
        {
            group.Deliver();
            if (!follower.Core.Raft.Leader.IsNone)
                change = follower.Change(MemberOperation.Update, follower.Id, CoreGroup.Url(7));
            foreach (CoreMember member in group.Members)
                member.Round();
        }

        group.Settle();
        Assert.That(change.Result.Code, Is.EqualTo(MemberChangeCode.Done).Or.EqualTo(MemberChangeCode.Busy));
    }

    [Test]
    public void Without_a_leader_a_write_waits_for_the_request_timeout_and_is_told_that_it_timed_out()
    {
        CoreGroup group = new(3) { LetThrough = static _ => false };
        Task<KeyOutcome> write = group.Members[0].Set("/a");
        group.Pass(group.Options(1).RequestTimeout - CoreMember.Heartbeat);
        Assert.That(write.IsCompleted, Is.False);
        group.Pass(3 * CoreMember.Heartbeat);
        Assert.That(CoreMember.Cause(write), Is.EqualTo("etcdserver: request timed out"));
    }

    [Test]
    public void A_forwarded_batch_whose_answer_is_lost_times_out_and_is_not_sent_again()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        int sent = 0;
        group.LetThrough = message =>
        {
            sent += message is ForwardedCommands ? 1 : 0;
            return message is not ForwardAnswer;
        };
        Task<KeyOutcome> write = group.Follower.Set("/a");
        group.Pass(group.Options(1).RequestTimeout + (2 * CoreMember.Heartbeat));
        Assert.That(CoreMember.Cause(write), Is.EqualTo("etcdserver: request timed out"));
        Assert.That(sent, Is.EqualTo(1));
        Assert.That(group.Follower.Has("/a"), Is.True, "it was in the leader's log: unknown, not failed");
    }

    [Test]
    public void A_leader_change_while_a_batch_is_forwarded_makes_it_unknown()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember follower = group.Members[2];
        group.LetThrough = static message => message is not (ForwardedCommands or ForwardAnswer);
        Task<KeyOutcome> write = follower.Set("/a");
        group.Settle();
        Assert.That(write.IsCompleted, Is.False);
        group.Elect(1);
        Assert.That(CoreMember.Cause(write), Does.Contain("previous leader failure"));
    }

    [Test]
    public void An_answer_that_the_append_overtook_leaves_the_write_unknown()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember follower = group.Follower;
        ForwardAnswer? late = null;
        group.LetThrough = message =>
        {
            late ??= message as ForwardAnswer;
            return message is not ForwardAnswer;
        };
        Task<KeyOutcome> write = follower.Set("/a");
        group.Settle();
        Assert.That(follower.Has("/a"), Is.True);
        follower.Core.Handle(new PeerOtherMessage(late!));
        follower.Round();
        Assert.That(CoreMember.Cause(write), Does.Contain("previous leader failure"));
    }

    [Test]
    public void A_batch_refused_while_leadership_moves_is_kept_and_succeeds_at_the_next_leader()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember follower = group.Members[2];
        group.LetThrough = static message => message is not RaftMessage { Kind: MessageKind.TimeoutNow };
        group.Leader.Core.Handle(new MoveLeader(group.Members[1].Id));
        Task<KeyOutcome> write = follower.Set("/a");
        Task<KeyOutcome> own = group.Leader.Set("/b");
        group.Settle();
        Assert.That(write.IsCompleted || own.IsCompleted, Is.False);
        group.LetThrough = static _ => true;
        group.Elect(1);
        group.Pass(2 * CoreMember.Heartbeat);
        Assert.That(CoreMember.Cause(write), Is.EqualTo("(success)"));
        Assert.That(CoreMember.Cause(own), Is.EqualTo("(success)"));
    }

    [Test]
    public void A_member_that_does_not_lead_any_more_is_not_asked_again_and_again_meanwhile()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember follower = group.Members[2];
        int sent = 0;
        group.LetThrough = message =>
        {
            sent += message is ForwardedCommands ? 1 : 0;
            return true;
        };
        group.Leader.Core.Raft.StepDown();
        Task<KeyOutcome> write = follower.Set("/a");
        group.Settle();
        Assert.That(sent, Is.EqualTo(1));
        group.Elect(1);
        group.Pass(CoreMember.Heartbeat);
        Assert.That(CoreMember.Cause(write), Is.EqualTo("(success)"));
    }

    [Test]
    public void A_write_whose_place_another_leaders_entry_took_is_answered_at_once_as_unknown()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember old = group.Leader;
        old.IsCut = true;
        Task<KeyOutcome> write = old.Set("/a");
        group.Settle();
        group.Elect(1);
        old.IsCut = false;
        group.Pass(5 * CoreMember.Heartbeat);
        Assert.That(write.IsCompleted, Is.True, "the new leader's first entry stands at its place");
        Assert.That(CoreMember.Cause(write), Does.Contain("previous leader failure"));
        Assert.That(old.Has("/a"), Is.False);
    }

    [Test]
    public void A_repeated_batch_is_taken_once()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        ForwardedCommands? seen = null;
        group.LetThrough = message =>
        {
            seen ??= message as ForwardedCommands;
            return true;
        };
        group.Follower.Set("/a");
        group.Settle();
        LogIndexOf(group, out ulong before);
        group.Leader.Core.Handle(new PeerOtherMessage(seen!));
        group.Settle();
        LogIndexOf(group, out ulong after);
        Assert.That(after, Is.EqualTo(before));
    }

    [Test]
    public void A_stop_while_everything_is_pending_answers_everybody()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        group.LetThrough = static _ => false;
        CoreMember leader = group.Leader;
        CoreMember follower = group.Follower;
        Task[] waiting =
        [
            leader.Set("/a"), leader.Read(), leader.Change(MemberOperation.Add, default, CoreGroup.Url(9)),
            follower.Set("/b"), follower.Read(), follower.Change(MemberOperation.Remove, leader.Id),
        ];
        group.Settle();
        Assert.That(waiting.Where(w => w.IsCompleted), Is.Empty);
        Task[] fresh = [leader.Set("/c"), leader.Read(), follower.Set("/d"), follower.Read()];
        foreach (CoreMember member in new[] { leader, follower })
        {
            member.Core.Stop(StoreErrors.Stopped);
            member.Core.Answer();
        }

        Assert.That(waiting.Concat(fresh).All(w => w.IsCompleted), Is.True);
        Assert.That(CoreMember.Cause((Task<KeyOutcome>)waiting[0]), Is.EqualTo("etcdserver: server stopped"));
    }

    private static void LogIndexOf(CoreGroup group, out ulong index) => index = group.Leader.Core.Raft.LastIndex.Value;
}
