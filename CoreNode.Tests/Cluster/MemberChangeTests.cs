using CoreNode.Cluster;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Store;

namespace CoreNode.Tests.Cluster;

/// <summary>Members that come and go, and the leader that falls while they do.</summary>
[TestFixture, Category("Unit")]
internal sealed class MemberChangeTests
{
    /// <summary>Adds a machine and feeds it; it is a learner then.</summary>
    public static CoreMember AddMember(CoreGroup group, int n)
    {
        Task<MemberChangeOutcome> change = group.Leader.Change(MemberOperation.Add, default, CoreGroup.Url(n));
        group.Settle();
        Assert.That(change.Result.Code, Is.EqualTo(MemberChangeCode.Done), change.Result.Message);
        CoreMember joined = group.Join(n, change.Result.Member!.Id);
        Feed(group, joined);
        return joined;
    }

    [Test]
    public void An_added_member_is_a_learner_and_gets_its_vote_once_it_has_caught_up()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember joined = AddMember(group, 4);
        Assert.That(group.Leader.Core.Raft.Configuration.IsVoter(joined.Id), Is.False);
        group.Pass(2 * CoreMember.Heartbeat);
        Assert.That(group.Leader.Core.Raft.Configuration.IsVoter(joined.Id), Is.True);
        Assert.That(joined.Core.Raft.Configuration.IsVoter(joined.Id), Is.True);
        Assert.That(MemberRecords.Read(joined.Core.Published), Has.Count.EqualTo(4));
    }

    [Test]
    public void An_added_address_where_nobody_lives_costs_no_quorum()
    {
        CoreGroup group = new CoreGroup(1).Elect();
        group.Leader.Change(MemberOperation.Add, default, CoreGroup.Url(9));
        group.Pass(3 * CoreMember.Election);
        Task<KeyOutcome> write = group.Leader.Set("/a");
        group.Settle();
        Assert.That(CoreMember.Cause(write), Is.EqualTo("(success)"));
        Assert.That(group.Leader.Core.Raft.Configuration.Voters, Has.Count.EqualTo(1));
    }

    [Test]
    public void A_followers_change_is_answered_once_it_shows_it_too()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember follower = group.Follower;
        Task<MemberChangeOutcome> change = follower.Change(MemberOperation.Update, follower.Id, CoreGroup.Url(8));
        while (!change.IsCompleted)
        {
            group.Deliver();
            foreach (CoreMember member in group.Members)
                member.Round();
        }

        Assert.That(change.Result.Code, Is.EqualTo(MemberChangeCode.Done));
        Assert.That(
            MemberRecords.Read(follower.Core.Published).Single(m => m.Id == follower.Id).PeerUrls,
            Is.EqualTo(new[] { CoreGroup.Url(8) }));
        Assert.That(group.Leader.Ports.Members.Single(m => m.Node == follower.Id).PeerUrls[0], Is.EqualTo(
            CoreGroup.Url(8)));
    }

    [Test]
    public void One_change_at_a_time()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        Task<MemberChangeOutcome> first = group.Leader.Change(MemberOperation.Add, default, CoreGroup.Url(8));
        Task<MemberChangeOutcome> second = group.Leader.Change(MemberOperation.Add, default, CoreGroup.Url(9));
        group.Settle();
        Assert.That(first.Result.Code, Is.EqualTo(MemberChangeCode.Done));
        Assert.That(second.Result.Code, Is.EqualTo(MemberChangeCode.Busy));
    }

    [Test]
    public void A_learner_is_not_promoted_while_another_change_runs()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember learner = AddMember(group, 4);
        group.LetThrough = static message => message is not RaftMessage { Kind: MessageKind.AppendResponse };
        Task<MemberChangeOutcome> removal = group.Leader.Change(MemberOperation.Remove, group.Members[2].Id);
        group.Pass(2 * CoreMember.Heartbeat);
        Assert.That(removal.IsCompleted, Is.False);
        Assert.That(group.Leader.Core.Raft.Configuration.Learners, Does.Contain(learner.Id));
        group.LetThrough = static _ => true;
        group.Pass(3 * CoreMember.Heartbeat);
        Assert.That(removal.Result.Code, Is.EqualTo(MemberChangeCode.Done));
        Assert.That(group.Leader.Core.Raft.Configuration.IsVoter(learner.Id), Is.True);
    }

    [Test]
    public void A_change_that_is_asked_for_during_an_election_waits_for_the_leader()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember follower = group.Follower;
        foreach (CoreMember member in group.Members)
            member.IsCut = true;
        group.Pass(3 * CoreMember.Election);
        Assert.That(follower.Core.Leader.IsNone, Is.True);
        Task<MemberChangeOutcome> change = follower.Change(MemberOperation.Add, default, CoreGroup.Url(9));
        Assert.That(change.IsCompleted, Is.False, "nobody leads");
        foreach (CoreMember member in group.Members)
            member.IsCut = false;
        group.Pass(3 * CoreMember.Election);
        Assert.That(change.Result.Code, Is.EqualTo(MemberChangeCode.Done), change.Result.Message);
        Assert.That(MemberRecords.Read(follower.Core.Published), Has.Count.EqualTo(4), "added once");
    }

    [Test]
    public void A_change_without_a_leader_is_given_up_when_a_write_would_be()
    {
        CoreGroup group = new CoreGroup(3);
        Task<MemberChangeOutcome> change = group.Members[0].Change(MemberOperation.Add, default, CoreGroup.Url(9));
        foreach (CoreMember member in group.Members)
            member.IsCut = true;
        group.Pass(group.Options(1).RequestTimeout + (2 * CoreMember.Heartbeat));
        Assert.That(change.Result.Code, Is.EqualTo(MemberChangeCode.Unavailable));
        Assert.That(change.Result.Message, Does.Contain("timed out"));
    }

    [Test]
    public void A_change_whose_leader_falls_before_it_is_committed_is_unknown()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember old = group.Leader;
        old.IsCut = true;
        Task<MemberChangeOutcome> change = old.Change(MemberOperation.Add, default, CoreGroup.Url(9));
        group.Pass(3 * CoreMember.Election);
        Assert.That(old.IsLeader, Is.False);
        Assert.That(change.Result.Code, Is.EqualTo(MemberChangeCode.Unavailable));
        Assert.That(change.Result.Message, Does.Contain("previous leader failure"));
        old.IsCut = false;
        group.Pass(CoreMember.Election);
        Assert.That(MemberRecords.Read(old.Core.Published), Has.Count.EqualTo(3));
        Assert.That(old.Core.Raft.Configuration.Learners, Is.Empty);
    }

    [Test]
    public void A_leader_that_removes_itself_says_that_it_is_done_and_stops_and_another_leads()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember old = group.Leader;
        Task<MemberChangeOutcome> change = old.Change(MemberOperation.Remove, old.Id);
        group.Settle();
        Assert.That(change.Result.Code, Is.EqualTo(MemberChangeCode.Done));
        Assert.That(old.Core.Stopped!.Kind, Is.EqualTo(MemberStopKind.Removed));
        Assert.That(group.Members.Count(m => m.IsLeader), Is.EqualTo(1), "it has told another one to stand at once");
        Assert.That(MemberRecords.IsRemoved(group.Leader.Core.Published, old.Id), Is.True);
        Task<KeyOutcome> write = group.Leader.Set("/a");
        group.Settle();
        Assert.That(CoreMember.Cause(write), Is.EqualTo("(success)"));
    }

    [Test]
    public void A_removed_follower_stops_when_the_others_refuse_it_and_disturbs_nobody()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember removed = group.Members[2];
        Term term = group.Leader.Core.Raft.Term;
        group.Leader.Change(MemberOperation.Remove, removed.Id);
        group.Pass(3 * CoreMember.Election);
        Assert.That(group.Leader.Core.Raft.Term, Is.EqualTo(term));
        removed.Core.Handle(new RemovedByPeers(group.Leader.Id));
        Task<KeyOutcome> write = removed.Set("/a");
        removed.Round();
        Assert.That(removed.Core.Stopped!.Kind, Is.EqualTo(MemberStopKind.Removed));
        Assert.That(write.IsCompleted, Is.True);
        Assert.That(removed.Core.Raft.IsBarredFromElection, Is.True);
    }

    [Test]
    public void A_removal_that_would_lose_the_quorum_is_refused_with_who_does_not_answer_unless_it_is_forced()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        group.Pass(2 * CoreMember.Heartbeat);
        CoreMember silent = group.Members[2];
        silent.IsCut = true;
        group.Pass(CoreMember.Election + CoreMember.Heartbeat);
        Task<MemberChangeOutcome> refused = group.Leader.Change(MemberOperation.Remove, group.Members[1].Id);
        group.Settle();
        Assert.That(refused.Result.Code, Is.EqualTo(MemberChangeCode.WouldLoseQuorum));
        Assert.That(refused.Result.Message, Does.Contain(silent.Id.ToString()));
        Task<MemberChangeOutcome> helps = group.Leader.Change(MemberOperation.Remove, silent.Id);
        group.Settle();
        Assert.That(helps.Result.Code, Is.EqualTo(MemberChangeCode.Done), helps.Result.Message);
    }

    [Test]
    public void What_does_not_exist_is_taken_or_was_removed_is_refused_as_such()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember leader = group.Leader;
        NodeId gone = group.Members[2].Id;
        leader.Change(MemberOperation.Remove, gone);
        group.Settle();
        Assert.Multiple(() =>
        {
            Assert.That(CodeOf(group, leader.Change(MemberOperation.Remove, gone)), Is.EqualTo(
                MemberChangeCode.AlreadyRemoved));
            Assert.That(CodeOf(group, leader.Change(MemberOperation.Remove, new NodeId(77))), Is.EqualTo(
                MemberChangeCode.UnknownMember));
            Assert.That(CodeOf(group, leader.Change(MemberOperation.Add, default, CoreGroup.Url(1))), Is.EqualTo(
                MemberChangeCode.PeerUrlTaken));
            Assert.That(CodeOf(group, leader.Change(MemberOperation.Promote, leader.Id)), Is.EqualTo(
                MemberChangeCode.Invalid));
        });
    }

    [Test]
    public void The_last_member_cannot_be_removed_and_there_are_nine_at_most()
    {
        CoreGroup group = new CoreGroup(1).Elect();
        Assert.That(CodeOf(group, group.Leader.Change(MemberOperation.Remove, group.Leader.Id)), Is.EqualTo(
            MemberChangeCode.Invalid));
        for (int n = 2; n <= 9; n++)
        {
            Assert.That(CodeOf(group, group.Leader.Change(MemberOperation.Add, default, CoreGroup.Url(n))), Is.EqualTo(
                MemberChangeCode.Done));
        }

        Assert.That(CodeOf(group, group.Leader.Change(MemberOperation.Add, default, CoreGroup.Url(10))), Is.EqualTo(
            MemberChangeCode.Invalid));
    }

    [Test]
    public void A_replaced_machine_gets_an_identity_of_its_own()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember lost = group.Members[2];
        lost.IsCut = true;
        group.Leader.Change(MemberOperation.Remove, lost.Id);
        group.Settle();
        Task<MemberChangeOutcome> added = group.Leader.Change(MemberOperation.Add, default, CoreGroup.Url(3));
        group.Settle();
        Assert.That(added.Result.Member!.Id, Is.Not.EqualTo(lost.Id));
        Assert.That(MemberRecords.IsRemoved(group.Leader.Core.Published, lost.Id), Is.True);
    }

    [Test]
    public void A_late_answer_to_the_process_before_is_not_taken_for_one_to_this()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember follower = group.Follower;
        group.LetThrough = static message => message is not ForwardedMemberChange;
        Task<MemberChangeOutcome> change = follower.Change(MemberOperation.Remove, new NodeId(77));
        MemberChangeOutcome other = new(MemberChangeCode.Done, "", null);
        for (ulong number = 0; number < 10; number++)
        {
            follower.Core.Handle(new PeerOtherMessage(
                new MemberChangeAnswer(group.Leader.Id, follower.Id, number, other, LogIndex.Zero)));
        }

        group.Settle();
        Assert.That(change.IsCompleted, Is.False);
    }

    private static MemberChangeCode CodeOf(CoreGroup group, Task<MemberChangeOutcome> change)
    {
        group.Settle();
        return change.Result.Code;
    }

    private static void Feed(CoreGroup group, CoreMember joined)
    {
        group.Pass(CoreMember.Heartbeat);
        SnapshotTests.CarrySnapshot(group, joined);
        group.Settle();
        Assert.That(joined.Core.Published.AppliedIndex, Is.EqualTo(group.Leader.Core.Published.AppliedIndex));
    }
}
