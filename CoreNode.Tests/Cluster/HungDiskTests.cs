using CoreNode.Cluster;
using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Store;

namespace CoreNode.Tests.Cluster;

/// <summary>A disk that does not answer, and promises that wait for it.</summary>
[TestFixture, Category("Unit")]
internal sealed class HungDiskTests
{
    [Test]
    public void A_leader_whose_disk_is_slow_hands_leadership_over_at_half_an_election_timeout()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember slow = group.Leader;
        group.Pass(2 * CoreMember.Heartbeat);
        slow.IsDiskHung = true;
        Task<KeyOutcome> write = slow.Set("/a");
        group.Pass((CoreMember.Election / 2) - CoreMember.Heartbeat);
        Assert.That(slow.IsLeader, Is.True);
        group.Pass(3 * CoreMember.Heartbeat);
        Assert.That(slow.IsLeader, Is.False);
        Assert.That(group.Members.Count(m => m.IsLeader), Is.EqualTo(1));
        Assert.That(slow.Log.Lines, Has.One.EndsWith("ms: this member hands leadership over"));
        slow.IsDiskHung = false;
        group.Settle();
        Assert.That(CoreMember.Cause(write), Is.EqualTo("(success)"), "the others had it, so it was committed");
    }

    [Test]
    public void A_leader_whose_disk_hangs_steps_down_even_if_nobody_takes_over_and_does_not_stand_again()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember hung = group.Leader;
        group.LetThrough = static message => message is not RaftMessage { Kind: MessageKind.TimeoutNow };
        hung.IsDiskHung = true;
        hung.Set("/a");
        group.Pass(CoreMember.Election + (2 * CoreMember.Heartbeat));
        Assert.That(hung.IsLeader, Is.False);
        Assert.That(hung.Core.Raft.IsBarredFromElection, Is.True);
        group.Pass(4 * CoreMember.Election);
        Assert.That(group.Members.Single(m => m.IsLeader), Is.Not.SameAs(hung));
        Task<KeyOutcome> write = group.Leader.Set("/b");
        group.Settle();
        Assert.That(CoreMember.Cause(write), Is.EqualTo("(success)"));
    }

    [Test]
    public void A_follower_whose_disk_hangs_is_no_candidate_until_it_answers_again()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember hung = group.Members[2];
        hung.IsDiskHung = true;
        Task<KeyOutcome> write = group.Leader.Set("/a");
        group.Pass(CoreMember.Election);
        Assert.That(CoreMember.Cause(write), Is.EqualTo("(success)"), "the other two are a quorum");
        hung.IsCut = true;
        group.Pass(3 * CoreMember.Election);
        Assert.That(hung.Core.Raft.Role, Is.EqualTo(RaftRole.Follower));
        hung.IsDiskHung = false;
        group.Pass(3 * CoreMember.Election);
        Assert.That(hung.Core.Raft.Role, Is.EqualTo(RaftRole.PreCandidate));
    }

    [Test]
    public void With_full_disks_at_followers_that_are_no_quorum_writes_go_on_and_they_catch_up()
    {
        CoreGroup group = new CoreGroup(5).Elect();
        CoreMember[] full = [group.Members[3], group.Members[4]];
        foreach (CoreMember member in full)
            member.IsDiskHung = true;
        for (int i = 0; i < 50; i++)
        {
            Task<KeyOutcome> write = group.Leader.Set($"/k{i}");
            group.Pass(CoreMember.Heartbeat);
            Assert.That(CoreMember.Cause(write), Is.EqualTo("(success)"));
        }

        Assert.That(group.Leader, Is.SameAs(group.Members[0]), "no election was lost to them");
        foreach (CoreMember member in full)
            member.IsDiskHung = false;
        group.Pass(CoreMember.Election);
        Assert.That(full.All(m => m.Has("/k49")), Is.True);
    }

    [Test]
    public void A_sole_voter_goes_on_leading_however_slow_its_disk_is()
    {
        CoreGroup group = new CoreGroup(1).Elect();
        group.Leader.IsDiskHung = true;
        Task<KeyOutcome> write = group.Leader.Set("/a");
        group.Pass(3 * CoreMember.Election);
        Assert.That(group.Leader.Core.Raft.IsBarredFromElection, Is.False);
        group.Leader.IsDiskHung = false;
        group.Settle();
        Assert.That(CoreMember.Cause(write), Is.EqualTo("(success)"));
    }

    [Test]
    public void A_vote_leaves_only_once_everything_before_it_is_durable()
    {
        CoreGroup group = new(3);
        CoreMember voter = group.Members[1];
        voter.IsDiskHung = true;
        RaftMessage request = new()
        {
            Kind = MessageKind.Vote,
            From = group.Members[0].Id,
            To = voter.Id,
            Term = voter.Core.Raft.Term.Next,
            LogIndex = voter.Core.Raft.LastIndex,
            LogTerm = voter.Core.Raft.Term,
        };
        voter.Core.Handle(new PeerRaftMessage(request));
        voter.Round();
        Assert.That(voter.Ports.Appends[^1].HardState!.Value.Vote, Is.EqualTo(request.From));
        Assert.That(voter.Ports.Outgoing, Is.Empty);
        voter.IsDiskHung = false;
        voter.Round();
        Assert.That(voter.Ports.Outgoing.OfType<RaftMessage>().Single().Kind, Is.EqualTo(MessageKind.VoteResponse));
    }

    [Test]
    public void What_waits_for_the_disk_is_held_at_the_newest_append_and_let_go_in_order()
    {
        AppendsInFlight appends = new();
        RaftMessage vote = new() { Kind = MessageKind.VoteResponse, From = new NodeId(1), To = new NodeId(2) };
        Assert.That(appends.TryHold([vote]), Is.False, "nothing is on its way");
        appends.Add(new AppendInFlight(1, new LogIndex(5), new Term(1), 10));
        appends.Add(new AppendInFlight(2, new LogIndex(7), new Term(1), 20));
        Assert.That(appends.TryHold([vote]), Is.True);
        Assert.That(appends.OldestStartedAt, Is.EqualTo(10));
        Assert.That(appends.TryTake(1, out AppendInFlight? first), Is.True);
        Assert.That(first!.Messages, Is.Null);
        Assert.That(appends.TryTake(1, out _), Is.False);
        Assert.That(appends.TryTake(2, out AppendInFlight? second), Is.True);
        Assert.That(second!.Messages, Is.EqualTo(new[] { vote }));
        Assert.That(appends.OldestStartedAt, Is.Null);
    }

    [Test]
    public void A_clean_stop_hands_leadership_over_once()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        group.Pass(2 * CoreMember.Heartbeat);
        CoreMember leader = group.Leader;
        Assert.That(leader.Core.HandOver(), Is.True);
        Assert.That(leader.Core.HandOver(), Is.True);
        leader.Round();
        Assert.That(
            leader.Ports.Outgoing.Count(static m => m is RaftMessage { Kind: MessageKind.TimeoutNow }), Is.EqualTo(1));
        group.Settle();
        Assert.That(leader.Core.HandOver(), Is.False);
        Assert.That(group.Members.Count(m => m.IsLeader), Is.EqualTo(1));
    }

    [Test]
    public void Nobody_is_handed_leadership_who_has_not_been_heard_from()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember leader = group.Leader;
        group.Pass(2 * CoreMember.Heartbeat);
        group.Members[1].IsCut = true;
        group.Pass(CoreMember.Election + CoreMember.Heartbeat);
        Assert.That(leader.Core.HandOver(), Is.True);
        group.Settle();
        Assert.That(group.Leader, Is.SameAs(group.Members[2]));
    }
}
