using CoreNode.Cluster;
using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Store;

namespace CoreNode.Tests.Cluster;

/// <summary>Quorum reads at leaders, followers and learners, while leaders come and go.</summary>
[TestFixture, Category("Unit")]
internal sealed class ReadingTests
{
    [Test]
    public void A_followers_read_sees_what_was_answered_at_the_leader_before()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        Task<KeyOutcome> write = group.Leader.Set("/a");
        group.Settle();
        Assert.That(write.IsCompleted, Is.True);
        Task<(IKeyspace? Keyspace, KeyError? Error)> read = group.Follower.Read();
        group.Settle();
        Assert.That(read.Result.Keyspace!.TryGet("/a"u8, out _), Is.True);
    }

    [Test]
    public void A_read_without_a_leader_waits_and_is_answered_by_the_next_one()
    {
        CoreGroup group = new(3);
        Task<(IKeyspace? Keyspace, KeyError? Error)> read = group.Members[2].Read();
        group.Settle();
        Assert.That(read.IsCompleted, Is.False);
        group.Elect();
        Assert.That(read.Result.Error, Is.Null);
    }

    [Test]
    public void A_lost_question_is_asked_again_with_another_number()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        List<ulong> asked = [];
        group.LetThrough = message =>
        {
            if (message is RaftMessage { Kind: MessageKind.ReadIndex } question)
                asked.Add(question.Context);
            return asked.Count != 1 || message is not RaftMessage { Kind: MessageKind.ReadIndex };
        };
        Task<(IKeyspace? Keyspace, KeyError? Error)> read = group.Follower.Read();
        group.Settle();
        Assert.That(read.IsCompleted, Is.False);
        group.Pass(CoreMember.Election + (2 * CoreMember.Heartbeat));
        Assert.That(read.Result.Error, Is.Null);
        Assert.That(asked, Has.Count.EqualTo(2));
        Assert.That(asked, Is.Unique);
    }

    [Test]
    public void A_read_asked_at_a_leader_that_falls_is_asked_of_the_next_one_at_once()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember follower = group.Members[2];
        group.LetThrough = static message => message is not RaftMessage { Kind: MessageKind.ReadIndexResponse };
        Task<(IKeyspace? Keyspace, KeyError? Error)> read = follower.Read();
        group.Settle();
        group.LetThrough = static _ => true;

        // The tick comes between the news of the change and the first chance to ask.
        group.Leader.Core.Handle(new MoveLeader(group.Members[1].Id));
        group.Time.Advance(CoreMember.Heartbeat);
        group.Settle();
        Assert.That(group.Members[1].IsLeader, Is.True);
        Assert.That(read.IsCompleted, Is.True);
    }

    [Test]
    public void The_tick_does_not_make_a_question_to_a_fallen_leader_be_forgotten()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember follower = group.Members[2];
        PendingReads reads = new(follower.Core.Raft, 7);
        ReadBarrier read = new(0);
        reads.Add(read);
        reads.Request(now: 0);
        Assert.That(ReadQuestions(follower), Is.EqualTo(1));
        reads.LeaderChanged();
        reads.AskAgain(now: 1, askedBefore: 0);
        reads.Request(now: 1);
        Assert.That(ReadQuestions(follower), Is.EqualTo(2));
    }

    [Test]
    public void A_late_answer_to_an_earlier_question_confirms_nothing()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        PendingReads reads = new(group.Follower.Core.Raft, 7);
        ReadBarrier read = new(0);
        reads.Add(read);
        reads.Request(now: 0);
        reads.AskAgain(now: 1, askedBefore: 1);
        reads.Confirm(8, LogIndex.Zero);
        reads.CompleteUpTo(group.Follower.Core.Published);
        Assert.That(read.Completion.Task.IsCompleted, Is.False);
        reads.Confirm(9, LogIndex.Zero);
        reads.CompleteUpTo(group.Follower.Core.Published);
        Assert.That(read.Completion.Task.IsCompleted, Is.True);
    }

    [Test]
    public void A_read_waits_until_the_confirmed_position_is_applied()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        PendingReads reads = new(group.Follower.Core.Raft, 7);
        ReadBarrier read = new(0);
        reads.Add(read);
        reads.Request(now: 0);
        reads.Confirm(8, group.Follower.Core.Published.AppliedIndex.Next);
        reads.CompleteUpTo(group.Follower.Core.Published);
        Assert.That(read.Completion.Task.IsCompleted, Is.False);
        group.Leader.Set("/a");
        group.Settle();
        reads.CompleteUpTo(group.Follower.Core.Published);
        Assert.That(read.Completion.Task.IsCompleted, Is.True);
    }

    [Test]
    public void A_cut_off_leader_answers_no_read_and_the_reader_hears_of_the_timeout()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember old = group.Leader;
        old.IsCut = true;
        Task<(IKeyspace? Keyspace, KeyError? Error)> read = old.Read();
        group.Pass(group.Options(1).RequestTimeout + (2 * CoreMember.Heartbeat));
        Assert.That(read.Result.Error!.ToString(), Does.Contain("etcdserver: request timed out"));
        Assert.That(old.IsLeader, Is.False);
    }

    [Test]
    public void A_learner_answers_quorum_reads()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember learner = MemberChangeTests.AddMember(group, 4);
        Task<(IKeyspace? Keyspace, KeyError? Error)> read = learner.Read();
        group.Settle();
        Assert.That(group.Leader.Core.Raft.Configuration.Learners, Does.Contain(learner.Id));
        Assert.That(read.Result.Error, Is.Null);
    }

    // What is in Raft's hands already, too.
    private static int ReadQuestions(CoreMember member)
    {
        member.Round();
        return member.Ports.Outgoing.Count(static m => m is RaftMessage { Kind: MessageKind.ReadIndex });
    }
}
