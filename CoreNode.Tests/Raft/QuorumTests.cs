using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Tests.Raft;

/// <summary>The arithmetic against a twin that only knows what a majority is.</summary>
[TestFixture, Category("Unit")]
internal sealed class QuorumTests
{
    private const int Runs = 20_000;

    [Test]
    public void Committed_index_of_random_configurations_equals_the_naive_twins()
    {
        Prng prng = new(20260101);
        for (int run = 0; run < Runs; run++)
        {
            Configuration configuration = RandomConfiguration(prng);
            RaftConfig config = new() { Id = new NodeId(1), Prng = prng };
            ProgressTracker tracker = new(config);
            tracker.Reset(configuration, LogIndex.Zero);
            foreach (Progress progress in tracker.All)
                progress.Acknowledge(new LogIndex((ulong)prng.Next(6)));
            ulong naive = 0;
            for (ulong index = 0; index < 6; index++)
            {
                if (Agree(configuration, node => tracker.Find(node)!.Match.Value >= index))
                    naive = index;
            }

            Assert.That(tracker.QuorumMatch().Value, Is.EqualTo(naive), $"run {run}: {configuration}");
        }
    }

    [Test]
    public void Outcome_of_random_elections_equals_the_naive_twins()
    {
        Prng prng = new(20260102);
        for (int run = 0; run < Runs; run++)
        {
            Configuration configuration = RandomConfiguration(prng);
            Dictionary<NodeId, bool> votes = [];
            VoteTally tally = new();
            for (ulong id = 1; id <= 9; id++)
            {
                if (prng.Chance(0.4))
                    continue;
                votes[new NodeId(id)] = prng.Chance(0.6);
                tally.Record(new NodeId(id), votes[new NodeId(id)]);
            }

            VoteOutcome naive = Agree(configuration, node => votes.GetValueOrDefault(node)) ? VoteOutcome.Won
                : Agree(configuration, node => votes.GetValueOrDefault(node, true)) ? VoteOutcome.Open
                : VoteOutcome.Lost;
            Assert.That(tally.Outcome(configuration), Is.EqualTo(naive), $"run {run}: {configuration}");
        }
    }

    private static bool Agree(Configuration configuration, Func<NodeId, bool> agrees) =>
        IsMajority(configuration.Voters, agrees)
        && (!configuration.IsJoint || IsMajority(configuration.OutgoingVoters, agrees));

    private static bool IsMajority(IReadOnlyList<NodeId> voters, Func<NodeId, bool> agrees) =>
        voters.Count(agrees) * 2 > voters.Count;

    private static Configuration RandomConfiguration(Prng prng)
    {
        NodeId[] incoming = RandomNodes(prng, 1 + prng.Next(7));
        NodeId[] outgoing = prng.Chance(0.5) ? [] : RandomNodes(prng, 1 + prng.Next(7));
        NodeId[] learners = [.. RandomNodes(prng, 3).Except(incoming).Except(outgoing)];
        return new Configuration(incoming, outgoing, learners);
    }

    private static NodeId[] RandomNodes(Prng prng, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => new NodeId((ulong)(1 + prng.Next(9)))).Distinct()];
}
