using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Tests.Raft;

/// <summary>The paper's rules on terms and elections, section by section, and the thesis's beyond it.</summary>
[TestFixture, Category("Conformance")]
internal sealed class PaperElectionTests
{
    [TestCase(RaftRole.Follower)]
    [TestCase(RaftRole.Candidate)]
    [TestCase(RaftRole.Leader)]
    public void Section_5_1_a_later_term_makes_everybody_a_follower_of_that_term(RaftRole role)
    {
        SingleNode node = new();
        if (role == RaftRole.Candidate)
            node.Node.Campaign();
        if (role == RaftRole.Leader)
            node.Lead();
        node.Step(node.Append(from: 2, term: 5, 0, 0, 0));
        Assert.That(node.Node.Role, Is.EqualTo(RaftRole.Follower));
        Assert.That(node.Node.Term, Is.EqualTo(new Term(5)));
        Assert.That(node.Node.Leader, Is.EqualTo(new NodeId(2)));
    }

    [Test]
    public void Section_5_1_messages_of_an_older_term_change_nothing()
    {
        SingleNode node = new(hardState: new HardState(new Term(3), NodeId.None, LogIndex.Zero));
        node.Step(node.Append(2, 2, 0, 0, 1, SingleNode.Entry(1, 2)));
        node.Step(node.Message(MessageKind.Vote, 2, 2));
        Assert.That(node.Node.LastIndex, Is.EqualTo(LogIndex.Zero));
        Assert.That(node.Node.Leader, Is.EqualTo(NodeId.None));
        Assert.That(node.Node.Ignored(IgnoreReason.OlderTerm), Is.EqualTo(2));
    }

    [Test]
    public void Section_5_2_members_start_as_followers_and_a_leader_beats_its_heart()
    {
        SingleNode node = new();
        Assert.That(node.Node.Role, Is.EqualTo(RaftRole.Follower));
        node.Lead();
        Assert.That(node.Tick(), Is.Empty);
        List<RaftMessage> sent = node.Tick();
        Assert.That(sent.Select(static m => (m.Kind, m.To.Value)),
            Is.EqualTo(new[] { (MessageKind.Heartbeat, 2UL), (MessageKind.Heartbeat, 3UL) }));
    }

    [Test]
    public void Section_5_2_a_follower_that_hears_nothing_starts_a_term_and_votes_for_itself()
    {
        SingleNode node = new(hardState: new HardState(new Term(1), NodeId.None, LogIndex.Zero));
        List<RaftMessage> sent = node.Tick(2 * SingleNode.ElectionTicks - 1);
        Assert.That(node.Node.Role, Is.EqualTo(RaftRole.Candidate));
        Assert.That(node.Node.Status().Vote, Is.EqualTo(new NodeId(1)));
        Assert.That(sent.Select(static m => (m.Kind, m.To.Value, m.Term.Value)),
            Is.EqualTo(new[] { (MessageKind.Vote, 2UL, 2UL), (MessageKind.Vote, 3UL, 2UL) }));
    }

    [Test]
    public void Section_5_2_a_follower_that_hears_its_leader_does_not()
    {
        SingleNode node = new();
        for (int i = 0; i < 100; i++)
        {
            node.Tick(SingleNode.ElectionTicks - 1);
            node.Step(node.Message(MessageKind.Heartbeat, 2, 1));
        }

        Assert.That(node.Node.Role, Is.EqualTo(RaftRole.Follower));
    }

    [Test]
    public void Section_5_2_election_timeouts_are_spread_over_one_timeout()
    {
        HashSet<int> timeouts = [];
        for (ulong seed = 1; seed <= 200; seed++)
        {
            SingleNode node = new(seed: seed);
            int ticks = 0;
            for (; node.Node.Role == RaftRole.Follower; ticks++)
                node.Node.Tick();
            timeouts.Add(ticks);
        }

        Assert.That(timeouts, Is.EquivalentTo(Enumerable.Range(SingleNode.ElectionTicks, SingleNode.ElectionTicks)));
    }

    [TestCase(3, 1, 0, RaftRole.Leader)]
    [TestCase(3, 0, 1, RaftRole.Candidate)]
    [TestCase(3, 0, 2, RaftRole.Follower)]
    [TestCase(4, 1, 0, RaftRole.Candidate)]
    [TestCase(4, 2, 0, RaftRole.Leader)]
    [TestCase(5, 1, 2, RaftRole.Candidate)]
    [TestCase(5, 2, 2, RaftRole.Leader)]
    [TestCase(5, 1, 3, RaftRole.Follower)]
    public void Section_5_2_a_majority_of_votes_wins(int voters, int granted, int refused, RaftRole role)
    {
        SingleNode node = new(voters: voters);
        node.Node.Campaign();
        node.Work();
        for (int i = 0; i < granted + refused; i++)
            node.Step(node.Message(MessageKind.VoteResponse, (ulong)i + 2, 1) with { Reject = i >= granted });
        Assert.That(node.Node.Role, Is.EqualTo(role));
    }

    [Test]
    public void Section_5_2_a_repeated_vote_counts_once()
    {
        SingleNode node = new(voters: 5);
        node.Node.Campaign();
        node.Work();
        for (int i = 0; i < 5; i++)
            node.Step(node.Message(MessageKind.VoteResponse, 2, 1));
        node.Step(node.Message(MessageKind.VoteResponse, 9, 1));
        Assert.That(node.Node.Role, Is.EqualTo(RaftRole.Candidate));
    }

    [Test]
    public void Section_5_2_a_member_votes_once_a_term_first_come_first_served()
    {
        SingleNode node = new();
        Assert.That(node.Step(node.Message(MessageKind.Vote, 2, 1)).Single().Reject, Is.False);
        Assert.That(node.Step(node.Message(MessageKind.Vote, 3, 1)).Single().Reject, Is.True);
        Assert.That(node.Step(node.Message(MessageKind.Vote, 2, 1)).Single().Reject, Is.False, "the same again");
        Assert.That(node.Step(node.Message(MessageKind.Vote, 3, 2)).Single().Reject, Is.False, "a later term");
    }

    [Test]
    public void Section_5_2_a_vote_leaves_only_once_it_is_durable()
    {
        SingleNode node = new();
        node.Node.Step(node.Message(MessageKind.Vote, 2, 1));
        Ready ready = node.Node.TakeReady();
        Assert.That(ready.Messages, Is.Empty);
        Assert.That(ready.MessagesAfterPersist.Single().Kind, Is.EqualTo(MessageKind.VoteResponse));
        Assert.That(ready.MustSync, Is.True);
        Assert.That(ready.HardState!.Value.Vote, Is.EqualTo(new NodeId(2)));
    }

    [Test]
    public void Section_5_2_a_candidate_follows_the_leader_of_its_term()
    {
        SingleNode node = new();
        node.Node.Campaign();
        node.Work();
        node.Step(node.Message(MessageKind.Heartbeat, 3, 1));
        Assert.That(node.Node.Role, Is.EqualTo(RaftRole.Follower));
        Assert.That(node.Node.Leader, Is.EqualTo(new NodeId(3)));
    }

    [Test]
    public void Section_5_2_an_election_without_a_winner_ends_in_another_term()
    {
        SingleNode node = new(voters: 4);
        node.Node.Campaign();
        node.Tick(2 * SingleNode.ElectionTicks - 1);
        Assert.That(node.Node.Role, Is.EqualTo(RaftRole.Candidate));
        Assert.That(node.Node.Term, Is.EqualTo(new Term(2)));
    }

    [TestCase(new ulong[] { 1 }, 1UL, 1UL, true)]
    [TestCase(new ulong[] { 1 }, 1UL, 2UL, true)]
    [TestCase(new ulong[] { 1, 1 }, 1UL, 1UL, false)]
    [TestCase(new ulong[] { 1, 1 }, 1UL, 2UL, true)]
    [TestCase(new ulong[] { 2 }, 5UL, 1UL, false)]
    [TestCase(new ulong[] { 1, 2 }, 2UL, 2UL, true)]
    [TestCase(new ulong[] { }, 0UL, 0UL, true)]
    public void Section_5_4_1_only_a_log_as_up_to_date_as_the_own_gets_the_vote(
        ulong[] terms, ulong candidateLast, ulong candidateTerm, bool isGranted)
    {
        SingleNode node = new(hardState: new HardState(new Term(2), NodeId.None, LogIndex.Zero),
            entries: SingleNode.Log(terms));
        RaftMessage answer = node.Step(node.Message(MessageKind.Vote, 2, 3) with
        {
            LogIndex = new LogIndex(candidateLast),
            LogTerm = new Term(candidateTerm),
        }).Single();
        Assert.That(answer.Reject, Is.EqualTo(!isGranted));
    }

    [Test]
    public void Thesis_3_10_the_target_of_a_transfer_campaigns_at_once_and_nobody_refuses_for_the_leaders_sake()
    {
        SingleNode target = new(preVote: true, checkQuorum: true);
        target.Step(target.Append(2, 1, 0, 0, 0, SingleNode.Entry(1, 1)));
        List<RaftMessage> sent = target.Step(target.Message(MessageKind.TimeoutNow, 2, 1));
        Assert.That(sent.Select(static m => (m.Kind, m.IsTransfer)),
            Is.EqualTo(new[] { (MessageKind.Vote, true), (MessageKind.Vote, true) }));
        SingleNode voter = new(id: 3, preVote: true, checkQuorum: true);
        voter.Step(voter.Append(2, 1, 0, 0, 0, SingleNode.Entry(1, 1)));
        RaftMessage answer = voter.Step(sent[1] with { To = voter.Node.Id }).Single();
        Assert.That((answer.Kind, answer.Reject), Is.EqualTo((MessageKind.VoteResponse, false)));
    }

    [Test]
    public void Thesis_3_10_a_transfer_order_from_anybody_but_the_leader_is_ignored()
    {
        SingleNode node = new();
        node.Step(node.Message(MessageKind.Heartbeat, 2, 1));
        node.Step(node.Message(MessageKind.TimeoutNow, 3, 1));
        Assert.That(node.Node.Role, Is.EqualTo(RaftRole.Follower));
    }

    [Test]
    public void Thesis_4_2_3_who_hears_from_a_leader_disregards_campaigns_and_keeps_its_term()
    {
        SingleNode node = new(checkQuorum: true);
        node.Step(node.Message(MessageKind.Heartbeat, 2, 1));
        Assert.That(node.Step(node.Message(MessageKind.Vote, 3, 7)), Is.Empty);
        Assert.That(node.Node.Term, Is.EqualTo(new Term(1)));
        node.Node.Tick();
        for (int i = 1; i < SingleNode.ElectionTicks; i++)
            node.Node.Tick();
        Assert.That(node.Step(node.Message(MessageKind.Vote, 3, 7)).Last().Reject, Is.False);
    }

    [Test]
    public void Thesis_9_6_a_pre_vote_changes_nobodys_term_and_gives_no_vote_away()
    {
        SingleNode node = new(preVote: true);
        RaftMessage answer = node.Step(node.Message(MessageKind.PreVote, 2, 8)).Single();
        Assert.That((answer.Kind, answer.Reject, answer.Term.Value),
            Is.EqualTo((MessageKind.PreVoteResponse, false, 8UL)));
        Assert.That(node.Node.Term, Is.EqualTo(Term.Zero));
        Assert.That(node.Step(node.Message(MessageKind.PreVote, 3, 8)).Single().Reject, Is.False);
        Assert.That(node.Node.Status().Vote, Is.EqualTo(NodeId.None));
    }

    [Test]
    public void Thesis_9_6_only_who_could_win_starts_a_term()
    {
        SingleNode node = new(preVote: true);
        node.Node.Campaign();
        Assert.That(node.Work().Select(static m => (m.Kind, m.Term.Value)),
            Is.EqualTo(new[] { (MessageKind.PreVote, 1UL), (MessageKind.PreVote, 1UL) }));
        Assert.That(node.Node.Term, Is.EqualTo(Term.Zero));
        List<RaftMessage> sent = node.Step(node.Message(MessageKind.PreVoteResponse, 2, 1));
        Assert.That(node.Node.Role, Is.EqualTo(RaftRole.Candidate));
        Assert.That(sent.Select(static m => (m.Kind, m.Term.Value)),
            Is.EqualTo(new[] { (MessageKind.Vote, 1UL), (MessageKind.Vote, 1UL) }));
    }

    [Test]
    public void Thesis_9_6_a_grant_of_an_earlier_question_does_not_count()
    {
        SingleNode node = new(preVote: true, hardState: new HardState(new Term(4), NodeId.None, LogIndex.Zero));
        node.Node.Campaign();
        node.Work();
        node.Step(node.Message(MessageKind.PreVoteResponse, 2, 4));
        Assert.That(node.Node.Role, Is.EqualTo(RaftRole.PreCandidate));
    }
}
