using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Tests.Raft;

[TestFixture, Category("Unit")]
internal sealed class RaftLogTests
{
    [Test]
    public void Chunked_entries_equal_a_plain_list_through_random_work()
    {
        Prng prng = new(20260103);
        EntryStore store = new();
        store.Reset(new LogIndex(1000));
        List<RaftEntry> list = [];
        ulong first = 1000;
        for (int step = 0; step < 3000; step++)
        {
            int some = prng.Next(1, 700);
            switch (prng.Next(4))
            {
                case < 2:
                    for (int i = 0; i < some; i++)
                    {
                        RaftEntry entry = SingleNode.Entry(first + (ulong)list.Count, (ulong)step);
                        store.Append(entry);
                        list.Add(entry);
                    }

                    break;
                case 2 when list.Count > 0:
                    int keep = prng.Next(list.Count);
                    store.TruncateFrom(new LogIndex(first + (ulong)keep));
                    list.RemoveRange(keep, list.Count - keep);
                    break;
                case 3 when list.Count > 0:
                    int drop = prng.Next(list.Count) + 1;
                    store.DropTo(new LogIndex(first + (ulong)drop - 1));
                    list.RemoveRange(0, drop);
                    first += (ulong)drop;
                    break;
            }

            RaftEntry[] copy = new RaftEntry[list.Count];
            store.CopyTo(store.First, copy);
            Assert.That(copy.AsSpan().SequenceEqual(list.ToArray()), Is.True, $"step {step}");
            Assert.That(store.First.Value, Is.EqualTo(first));
            Assert.That(store.Last.Value, Is.EqualTo(first + (ulong)list.Count - 1));
        }
    }

    [Test]
    public void A_report_vouches_for_all_writes_before_it()
    {
        OutstandingWrites writes = new();
        writes.Add(new(3), new(1));
        writes.Add(new(5), new(1));
        writes.Add(new(9), new(1));
        Assert.That(writes.Report(new(5), new(1), true), Is.EqualTo(new WriteReport(new(5), false)));
        Assert.That(writes.Report(new(7), new(1), true), Is.EqualTo(new WriteReport(new(7), false)), "within a write");
        Assert.That(writes.Report(new(9), new(1), true), Is.EqualTo(new WriteReport(new(9), false)));
    }

    [Test]
    public void A_report_for_a_replaced_write_vouches_for_what_was_not_replaced()
    {
        OutstandingWrites writes = new();
        writes.Add(new(9), new(1));
        writes.CutFrom(new(6));
        writes.Add(new(7), new(2));
        Assert.That(writes.Report(new(9), new(1), false), Is.EqualTo(new WriteReport(new(5), false)));
        Assert.That(writes.Report(new(7), new(2), true), Is.EqualTo(new WriteReport(new(7), false)));
    }

    [Test]
    public void An_entry_written_replaced_and_written_again_is_not_durable_by_the_first_report()
    {
        RaftLog log = new(LogIndex.Zero, Term.Zero, [], LogIndex.Zero);
        EntryList offered = new();
        foreach (ulong term in new ulong[] { 1, 2, 1 })
        {
            if (log.Last > LogIndex.Zero)
                log.TruncateFrom(new LogIndex(1));
            log.Append(SingleNode.Entry(1, term));
            log.TakeEntriesToPersist(offered);
        }

        Assert.That(log.ReportPersisted(new(1), new(1)), Is.False);
        Assert.That(log.Persisted, Is.EqualTo(LogIndex.Zero), "the disk is about to hold (1, term 2)");
        Assert.That(log.HasEntriesToPersist, Is.True, "written again, in case that report was the last");
        log.TakeEntriesToPersist(offered);
        Assert.That(log.ReportPersisted(new(1), new(2)), Is.False);
        Assert.That(log.ReportPersisted(new(1), new(1)), Is.True);
        Assert.That(log.Persisted, Is.EqualTo(new LogIndex(1)));
    }

    [Test]
    public void Entries_are_handed_out_for_applying_only_once_they_are_durable_here()
    {
        RaftLog log = new(LogIndex.Zero, Term.Zero, [], LogIndex.Zero);
        EntryList list = new();
        log.Append(SingleNode.Entry(1, 1));
        log.CommitTo(new LogIndex(1));
        log.TakeEntriesToPersist(list);
        list.Clear();
        Assert.That(log.TakeEntriesToApply(list, 1000), Is.EqualTo(0));
        log.ReportPersisted(new(1), new(1));
        Assert.That(log.TakeEntriesToApply(list, 1000), Is.GreaterThan(0));
        Assert.That(log.HasEntriesToApply, Is.False, "each once");
    }

    [Test]
    public void Rules_of_the_caller_that_are_broken_stop_the_node()
    {
        RaftLog log = new(LogIndex.Zero, Term.Zero, SingleNode.Log(1, 1), new LogIndex(1));
        Assert.Multiple(() =>
        {
            Assert.That(() => log.TruncateFrom(new LogIndex(1)), Throws.TypeOf<InvariantException>());
            Assert.That(() => log.ReportApplied(new LogIndex(1)), Throws.TypeOf<InvariantException>());
            Assert.That(() => log.CompactTo(new LogIndex(1)), Throws.TypeOf<InvariantException>());
            Assert.That(() => log.CommitTo(new LogIndex(3)), Throws.TypeOf<InvariantException>());
            Assert.That(() => log.Append(SingleNode.Entry(3, 0)), Throws.TypeOf<InvariantException>());
            Assert.That(() => new RaftLog(LogIndex.Zero, Term.Zero, [], new LogIndex(5)),
                Throws.TypeOf<InvariantException>());
        });
    }
}
