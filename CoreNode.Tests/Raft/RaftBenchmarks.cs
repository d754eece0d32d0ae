using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Tests.Raft;

/// <summary>What one entry costs a sole voter, from the proposal to its application. Expected: 50 to 100 ns.</summary>
[TestFixture, Category("Benchmark"), Explicit("prints figures; run in Release")]
internal sealed class RaftBenchmarks
{
    private const int Entries = 8_000_000;

    [TestCase(1)]
    [TestCase(8)]
    [TestCase(64)]
    public void Sole_voter_commits_batches_of(int batch)
    {
        RaftNode node = new(new RaftConfig { Id = new NodeId(1), Prng = new Prng(1) }, default,
            Configuration.Single(new NodeId(1)), LogIndex.Zero, Term.Zero, []);
        node.Campaign();
        ReadOnlyMemory<byte>[] commands = new ReadOnlyMemory<byte>[batch];
        Array.Fill(commands, new byte[100]);
        Run(node, commands, Entries / 8);
        long allocated = GC.GetAllocatedBytesForCurrentThread();

        // Processor time, because the machine may be busy with something else.
        TimeSpan started = Environment.CpuUsage.TotalTime;
        long applied = Run(node, commands, Entries);
        double nanoseconds = (Environment.CpuUsage.TotalTime - started).TotalNanoseconds;
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        TestContext.Out.WriteLine(
            $"batch {batch}: {nanoseconds / applied:F1} ns/entry, {(double)allocated / applied:F3} bytes/entry");
        Assert.That(nanoseconds / applied, Is.LessThan(batch == 1 ? 400 : 150));
        Assert.That((double)allocated / applied, Is.LessThan(1));
    }

    private static long Run(RaftNode node, ReadOnlyMemory<byte>[] commands, int entries)
    {
        long applied = 0;
        while (applied < entries)
        {
            node.Propose(commands);
            while (node.HasReady)
            {
                Ready ready = node.TakeReady();
                if (ready.CommittedEntries.Count > 0)
                {
                    applied += ready.CommittedEntries.Count;
                    LogIndex last = ready.CommittedEntries[^1].Index;
                    node.AdvanceApplied(last);
                    if (last.Value > 5000)
                        node.Compact(last - 5000);
                }

                if (ready.Entries.Count > 0)
                    node.AdvancePersisted(ready.Entries[^1].Index, ready.Entries[^1].Term);
            }
        }

        return applied;
    }
}
