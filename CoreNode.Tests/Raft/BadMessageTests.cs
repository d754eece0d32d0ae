using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Tests.Raft;

/// <summary>Whatever a peer sends: no exception, and nothing acknowledged is touched.</summary>
[TestFixture, Category("Fault")]
[Parallelizable(ParallelScope.Self)]
internal sealed class BadMessageTests
{
    [Test]
    public void Messages_that_make_no_sense_are_counted_and_change_nothing()
    {
        SingleNode node = new();
        RaftMessage good = node.Append(2, 1, 0, 0, 0, SingleNode.Entry(1, 1));
        RaftMessage[] bad =
        [
            good with { To = new NodeId(9) },
            good with { From = NodeId.None },
            good with { From = node.Node.Id },
            good with { Term = Term.Zero },
            good with { Term = new Term(ulong.MaxValue) },
            good with { LogIndex = new LogIndex(ulong.MaxValue) },
            good with { Commit = new LogIndex(ulong.MaxValue) },
            good with { LogTerm = new Term(2) },
            good with { Kind = (MessageKind)77 },
            good with { Kind = MessageKind.Heartbeat },
            good with { Entries = new[] { SingleNode.Entry(2, 1) } },
            good with { Entries = new[] { SingleNode.Entry(1, 2) } },
            good with { Entries = new[] { SingleNode.Entry(1, 1) with { Kind = (EntryKind)9 } } },
            good with { Entries = new[] { SingleNode.Entry(1, 1) with { Kind = EntryKind.Configuration } } },
            node.Message(MessageKind.Snapshot, 2, 1),
        ];
        foreach (RaftMessage message in bad)
            Assert.That(node.Step(message), Is.Empty, message.ToString());
        Assert.That(node.Node.Ignored(IgnoreReason.Malformed), Is.EqualTo(bad.Length));
        Assert.That(node.Node.Term, Is.EqualTo(Term.Zero));
    }

    [Test]
    public void Committed_entries_are_not_replaced_whoever_asks()
    {
        SingleNode node = new(hardState: new HardState(new Term(2), NodeId.None, new LogIndex(2)),
            entries: SingleNode.Log(1, 2));
        node.Step(node.Append(2, 3, 1, 1, 0, SingleNode.Entry(2, 3)));
        node.Step(node.Append(2, 3, 2, 1, 0, SingleNode.Entry(3, 3)));
        Assert.That(node.LogTerms(), Is.EqualTo(new ulong[] { 1, 2 }));
        Assert.That(node.Node.Ignored(IgnoreReason.ConflictsWithCommitted), Is.EqualTo(2));
    }

    [Test]
    public void A_leader_believes_no_impossible_acknowledgement()
    {
        SingleNode node = new();
        node.Lead();
        node.Step(node.Acknowledge(2, 50));
        node.Step(node.Acknowledge(8, 1));
        Assert.That(node.Node.CommitIndex.Value, Is.EqualTo(0));
        Assert.That(node.Node.Ignored(IgnoreReason.AcknowledgesUnknownEntries), Is.EqualTo(1));
        Assert.That(node.Node.Ignored(IgnoreReason.UnknownPeer), Is.EqualTo(1));
    }

    [Test]
    public void A_follower_whose_disk_was_set_back_is_noticed_and_not_flooded()
    {
        SingleNode node = new();
        node.Lead();
        node.Step(node.Acknowledge(2, 1));
        node.Propose("a");
        node.Work();
        node.Step(node.Acknowledge(2, 2));
        node.Propose("b");
        node.Work();
        RaftMessage rejection = node.Acknowledge(2, 3) with { Reject = true };
        Assert.That(node.Step(rejection), Has.Count.EqualTo(1), "probes what was acknowledged");
        Assert.That(node.Step(rejection with { LogIndex = new LogIndex(2) }), Is.Empty);
        Assert.That(node.Node.Ignored(IgnoreReason.FollowerLostEntries), Is.EqualTo(1));
    }

    [TestCase(RaftRole.Follower)]
    [TestCase(RaftRole.PreCandidate)]
    [TestCase(RaftRole.Candidate)]
    [TestCase(RaftRole.Leader)]
    public void Random_messages_never_throw(RaftRole role)
    {
        for (ulong seed = 1; seed <= 100; seed++)
        {
            Prng prng = new(seed);
            SingleNode node = new(preVote: role == RaftRole.PreCandidate, checkQuorum: prng.Chance(0.5), seed: seed);
            if (role == RaftRole.Leader)
                node.Lead();
            else if (role != RaftRole.Follower)
                node.Node.Campaign();
            LogIndex committed = node.Node.CommitIndex;
            for (int i = 0; i < 100; i++)
            {
                Assert.That(() => node.Step(RandomMessage(prng)), Throws.Nothing, $"seed {seed}");
                Assert.That(node.Node.CommitIndex, Is.GreaterThanOrEqualTo(committed), $"seed {seed}");
                committed = node.Node.CommitIndex;
                if (prng.Chance(0.1))
                    node.Tick();
            }
        }
    }

    private static RaftMessage RandomMessage(Prng prng)
    {
        LogIndex at = new(Number(prng));
        Term term = new(Number(prng));
        RaftEntry[] entries = [.. Enumerable.Range(1, prng.Chance(0.3) ? prng.Next(4) : 0).Select(i =>
            new RaftEntry(at.Value > 100 ? at : at + (ulong)i, term, (EntryKind)prng.Next(4),
                SingleNode.Voters(1 + prng.Next(4)).Encode()))];
        return new RaftMessage
        {
            Kind = (MessageKind)prng.Next(14),
            From = new NodeId((ulong)prng.Next(5)),
            To = new NodeId(1),
            Term = term,
            LogIndex = at,
            LogTerm = prng.Chance(0.5) ? term : new Term(Number(prng)),
            Commit = new LogIndex(Number(prng)),
            RejectHint = new LogIndex(Number(prng)),
            Reject = prng.Chance(0.3),
            IsTransfer = prng.Chance(0.3),
            Context = Number(prng),
            Entries = entries,
            Snapshot = prng.Chance(0.2) ? new SnapshotMetadata(at, term, SingleNode.Voters(3)) : null,
        };
    }

    private static ulong Number(Prng prng) =>
        prng.Chance(0.02) ? prng.NextUInt64() : (ulong)prng.Next(prng.Chance(0.5) ? 3 : 12);
}
