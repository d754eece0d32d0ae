using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Tests.Raft;

/// <summary>The paper's rules on logs, commitment, members and reads, section by section.</summary>
[TestFixture, Category("Conformance")]
internal sealed class PaperReplicationTests
{
    [Test]
    public void Section_5_3_a_leader_appends_a_proposal_and_sends_it_with_what_precedes_it()
    {
        SingleNode node = new();
        node.Lead();
        node.Step(node.Acknowledge(2, 1));
        ProposeResult result = node.Propose("a", "b");
        Assert.That((result.Outcome, result.First.Value, result.Term.Value),
            Is.EqualTo((ProposeOutcome.Accepted, 2UL, 1UL)));
        RaftMessage append = node.Work().Single(static m => m.Kind == MessageKind.Append && m.To.Value == 2);
        Assert.That((append.LogIndex.Value, append.LogTerm.Value, append.Entries.Length), Is.EqualTo((1UL, 1UL, 2)));
    }

    [TestCase(3, 0, false)]
    [TestCase(3, 1, true)]
    [TestCase(4, 1, false)]
    [TestCase(4, 2, true)]
    [TestCase(5, 1, false)]
    [TestCase(5, 2, true)]
    public void Section_5_3_an_entry_is_committed_once_a_majority_has_it(int voters, int followers, bool isCommitted)
    {
        SingleNode node = new(voters: voters);
        node.Lead();
        for (int i = 0; i < followers; i++)
            node.Step(node.Acknowledge((ulong)i + 2, 1));
        Assert.That(node.Node.CommitIndex.Value, Is.EqualTo(isCommitted ? 1 : 0));
    }

    [Test]
    public void Section_5_3_the_leaders_own_copy_counts_once_it_is_durable()
    {
        SingleNode node = new();
        node.Lead();
        node.Step(node.Acknowledge(2, 1));
        node.Propose("a");
        node.Node.TakeReady();
        node.Node.Step(node.Acknowledge(2, 2));
        Assert.That(node.Node.CommitIndex.Value, Is.EqualTo(1));
        node.Node.AdvancePersisted(new LogIndex(2), new Term(1));
        Assert.That(node.Node.CommitIndex.Value, Is.EqualTo(2));
    }

    [Test]
    public void Section_5_3_a_leader_commits_its_predecessors_entries_with_its_own()
    {
        SingleNode node = new(hardState: new HardState(new Term(2), NodeId.None, LogIndex.Zero),
            entries: SingleNode.Log(1, 2));
        node.Lead();
        node.Step(node.Acknowledge(2, 3));
        Assert.That(node.Applied.Select(static entry => entry.Term.Value), Is.EqualTo(new ulong[] { 1, 2, 3 }));
    }

    [Test]
    public void Section_5_3_a_follower_applies_what_it_has_and_the_leader_committed()
    {
        SingleNode node = new();
        node.Step(node.Append(2, 1, 0, 0, commit: 1, SingleNode.Entry(1, 1), SingleNode.Entry(2, 1)));
        Assert.That(node.Applied, Has.Count.EqualTo(1));
        node.Step(node.Append(2, 1, 2, 1, commit: 9));
        Assert.That(node.Applied, Has.Count.EqualTo(2), "the leader's index counts as far as the logs agree");
    }

    [TestCase(0UL, 0UL, false)]
    [TestCase(1UL, 1UL, false)]
    [TestCase(2UL, 2UL, false)]
    [TestCase(2UL, 1UL, true)]
    [TestCase(3UL, 2UL, true)]
    public void Section_5_3_a_follower_checks_the_entry_before(ulong index, ulong term, bool isRejected)
    {
        SingleNode node = new(hardState: new HardState(new Term(2), NodeId.None, LogIndex.Zero),
            entries: SingleNode.Log(1, 2));
        RaftMessage answer = node.Step(node.Append(2, 3, index, term, 0)).Single();
        Assert.That(answer.Reject, Is.EqualTo(isRejected));
        if (isRejected)
            Assert.That(answer.RejectHint, Is.LessThanOrEqualTo(node.Node.LastIndex));
    }

    [Test]
    public void Section_5_3_a_conflicting_entry_goes_with_all_after_it_and_an_equal_one_stays()
    {
        SingleNode node = new(hardState: new HardState(new Term(2), NodeId.None, LogIndex.Zero),
            entries: SingleNode.Log(1, 1, 1, 1));
        node.Step(node.Append(2, 3, 0, 0, 0, SingleNode.Log(1, 1)));
        Assert.That(node.LogTerms(), Is.EqualTo(new ulong[] { 1, 1, 1, 1 }), "a late append takes nothing away");
        node.Step(node.Append(2, 3, 1, 1, 0, SingleNode.Entry(2, 1), SingleNode.Entry(3, 2)));
        Assert.That(node.LogTerms(), Is.EqualTo(new ulong[] { 1, 1, 2 }));
    }

    [Test]
    public void Section_5_3_a_rejected_leader_goes_back_until_the_logs_agree()
    {
        SingleNode leader = new(hardState: new HardState(new Term(6), NodeId.None, LogIndex.Zero),
            entries: SingleNode.Log(1, 1, 1, 4, 4, 5, 5, 6, 6, 6));
        SingleNode follower = new(id: 2, hardState: new HardState(new Term(6), NodeId.None, LogIndex.Zero),
            entries: SingleNode.Log(1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3));
        Queue<RaftMessage> wire = new(leader.Lead().Where(static m => m.To.Value == 2));
        int appends = 0;
        while (wire.TryDequeue(out RaftMessage? message))
        {
            appends += message.Kind == MessageKind.Append ? 1 : 0;
            SingleNode to = message.To == leader.Node.Id ? leader : follower;
            foreach (RaftMessage sent in to.Step(message).Where(static m => m.To.Value is 1 or 2))
                wire.Enqueue(sent);
        }

        Assert.That(follower.LogTerms(), Is.EqualTo(leader.LogTerms()));
        Assert.That(appends, Is.LessThanOrEqualTo(4), "a term of conflicts costs one message");
    }

    [Test]
    public void Section_5_3_what_an_old_leader_sent_is_not_acknowledged_to_the_new_one()
    {
        SingleNode node = new();
        node.Node.Step(node.Append(2, 1, 0, 0, 0, SingleNode.Log(1, 1, 1)));
        node.Node.TakeReady();
        node.Node.Step(node.Message(MessageKind.Heartbeat, 3, 2));
        node.Node.TakeReady();
        node.Node.AdvancePersisted(new LogIndex(3), new Term(1));
        Assert.That(node.Work(), Is.Empty, "the new leader's log may differ from index 1 on");
        RaftMessage answer = node.Step(node.Append(3, 2, 2, 1, 0)).Single();
        Assert.That((answer.Reject, answer.LogIndex.Value), Is.EqualTo((false, 2UL)), "what it has seen to be equal");
    }

    [Test]
    public void Section_5_4_2_only_entries_of_the_own_term_are_committed_by_counting()
    {
        SingleNode node = new(hardState: new HardState(new Term(2), NodeId.None, LogIndex.Zero),
            entries: SingleNode.Log(1, 2));
        node.Lead();
        node.Step(node.Acknowledge(2, 1));
        node.Step(node.Acknowledge(2, 2));
        Assert.That(node.Node.CommitIndex.Value, Is.EqualTo(0));
        node.Step(node.Acknowledge(2, 3));
        Assert.That(node.Node.CommitIndex.Value, Is.EqualTo(3));
    }

    [Test]
    public void Section_6_a_configuration_is_used_as_soon_as_it_is_in_the_log()
    {
        SingleNode node = new();
        Configuration larger = SingleNode.Voters(5);
        RaftEntry entry = SingleNode.Entry(1, 1) with { Kind = EntryKind.Configuration, Data = larger.Encode() };
        node.Step(node.Append(2, 1, 0, 0, commit: 0, entry));
        Assert.That(node.Node.Configuration, Is.EqualTo(larger));
        node.Step(node.Append(3, 2, 0, 0, commit: 0, SingleNode.Entry(1, 2)));
        Assert.That(node.Node.Configuration, Is.EqualTo(SingleNode.Voters(3)));
    }

    [Test]
    public void Section_6_a_joint_configuration_needs_both_majorities_to_commit_and_to_elect()
    {
        Configuration joint = new([new(1), new(4), new(5)], [new(1), new(2), new(3)]);
        SingleNode node = new(configuration: joint);
        node.Node.Campaign();
        node.Work();
        node.Step(node.Message(MessageKind.VoteResponse, 4, 1));
        node.Step(node.Message(MessageKind.VoteResponse, 5, 1));
        Assert.That(node.Node.Role, Is.EqualTo(RaftRole.Candidate));
        node.Step(node.Message(MessageKind.VoteResponse, 2, 1));
        Assert.That(node.Node.Role, Is.EqualTo(RaftRole.Leader));
        node.Step(node.Acknowledge(2, 1));
        node.Step(node.Acknowledge(3, 1));
        Assert.That(node.Node.CommitIndex.Value, Is.EqualTo(0));
        node.Step(node.Acknowledge(5, 1));
        Assert.That(node.Node.CommitIndex.Value, Is.EqualTo(1));
        Assert.That(node.Node.Configuration.IsJoint, Is.False, "a committed joint configuration is left");
    }

    [Test]
    public void Section_6_one_change_at_a_time()
    {
        SingleNode node = new();
        node.Lead();
        ConfigurationChange change = ConfigurationChange.AddVoter(new NodeId(4));
        Assert.That(node.Node.ProposeConfiguration(change).Outcome, Is.EqualTo(ProposeOutcome.TermNotCommitted));
        node.Step(node.Acknowledge(2, 1));
        Assert.That(node.Node.ProposeConfiguration(change).IsAccepted, Is.True);
        Assert.That(node.Node.ProposeConfiguration(ConfigurationChange.Remove(new NodeId(3))).Outcome,
            Is.EqualTo(ProposeOutcome.ConfigurationPending));
    }

    [Test]
    public void Section_7_a_snapshot_replaces_a_shorter_log_and_keeps_a_longer_one()
    {
        SnapshotMetadata snapshot = new(new LogIndex(5), new Term(2), SingleNode.Voters(3));
        SingleNode shorter = new();
        RaftMessage answer = shorter.Step(shorter.Message(MessageKind.Snapshot, 2, 3) with { Snapshot = snapshot })
            .Single();
        Assert.That((answer.Kind, answer.LogIndex.Value), Is.EqualTo((MessageKind.AppendResponse, 5UL)));
        Assert.That(shorter.Node.FirstIndex.Value, Is.EqualTo(6));
        SingleNode longer = new(hardState: new HardState(new Term(2), NodeId.None, LogIndex.Zero),
            entries: SingleNode.Log(1, 1, 2, 2, 2, 2));
        longer.Step(longer.Message(MessageKind.Snapshot, 2, 3) with { Snapshot = snapshot });
        Assert.That(longer.Node.FirstIndex.Value, Is.EqualTo(1));
        Assert.That(longer.Node.CommitIndex.Value, Is.EqualTo(5));
    }

    [Test]
    public void Thesis_4_2_1_learners_get_the_log_and_are_not_counted()
    {
        SingleNode node = new(configuration: new Configuration([new(1), new(2), new(3)], learners: [new(4), new(5)]));
        List<RaftMessage> sent = node.Lead();
        Assert.That(sent.Select(static m => m.To.Value), Is.EquivalentTo(new ulong[] { 2, 3, 4, 5 }));
        node.Step(node.Acknowledge(4, 1));
        node.Step(node.Acknowledge(5, 1));
        Assert.That(node.Node.CommitIndex.Value, Is.EqualTo(0));
        node.Step(node.Acknowledge(3, 1));
        Assert.That(node.Node.CommitIndex.Value, Is.EqualTo(1));
    }

    [Test]
    public void Thesis_4_2_2_a_removed_leader_leads_until_its_removal_is_committed_and_does_not_count_itself()
    {
        SingleNode node = new();
        node.Lead();
        node.Step(node.Acknowledge(2, 1));
        node.Node.ProposeConfiguration(ConfigurationChange.Remove(node.Node.Id));
        node.Work();
        node.Step(node.Acknowledge(2, 2));
        Assert.That(node.Node.Role, Is.EqualTo(RaftRole.Leader));
        List<RaftMessage> sent = node.Step(node.Acknowledge(3, 2));
        Assert.That(node.Node.Role, Is.EqualTo(RaftRole.Follower));
        Assert.That(sent.Count(static m => m.Kind == MessageKind.TimeoutNow), Is.EqualTo(1));
    }

    [Test]
    public void Thesis_6_2_a_leader_without_a_quorum_steps_down()
    {
        SingleNode node = new(checkQuorum: true);
        node.Lead();
        for (int i = 0; i < 10; i++)
        {
            node.Tick(SingleNode.ElectionTicks - 1);
            node.Step(node.Message(MessageKind.HeartbeatResponse, 3, 1));
        }

        Assert.That(node.Node.Role, Is.EqualTo(RaftRole.Leader));
        node.Tick(2 * SingleNode.ElectionTicks);
        Assert.That(node.Node.Role, Is.EqualTo(RaftRole.Follower));
    }

    [Test]
    public void Thesis_6_4_a_read_waits_for_an_entry_of_the_term_and_for_a_round_that_started_after_it()
    {
        SingleNode node = new();
        node.Lead();
        node.Node.RequestRead(7);
        Assert.That(node.Work(), Is.Empty, "nothing to ask before the leader knows what is committed");
        RaftMessage beat = node.Step(node.Acknowledge(2, 1)).First(static m => m.Kind == MessageKind.Heartbeat);
        Assert.That(beat.Context, Is.EqualTo(1));
        node.Step(node.Message(MessageKind.HeartbeatResponse, 2, 1));
        Assert.That(node.Reads, Is.Empty, "an answer to an earlier heartbeat proves nothing");
        node.Step(node.Message(MessageKind.HeartbeatResponse, 2, 1) with { Context = 99 });
        Assert.That(node.Reads, Is.Empty, "a round that was never started neither");
        node.Step(node.Message(MessageKind.HeartbeatResponse, 2, 1) with { Context = 1 });
        Assert.That(node.Reads, Is.EqualTo(new[] { new ReadState(7, new LogIndex(1)) }));
    }
}
