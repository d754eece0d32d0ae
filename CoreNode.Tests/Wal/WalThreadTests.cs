using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Tests.Faults;
using CoreNode.Tests.Simulation;
using CoreNode.Wal;

namespace CoreNode.Tests.Wal;

[TestFixture, Category("Fault")]
internal sealed class WalThreadTests
{
    private static readonly TimeSpan s_never = TimeSpan.FromHours(1);

    private readonly WalOptions _options = new() { FirstSegmentBytes = 64 << 10, IdleDelay = s_never };

    [Test]
    public void All_that_arrives_during_a_sync_shares_the_next_one()
    {
        SimulatedFiles files = new(new Prng(1));
        using RecordingOwner owner = new();
        using Gate gate = new();
        using WalThread thread = Start(files, owner, _options);
        List<SimulatedOperation> operations = [];
        files.Intercept = operation =>
        {
            operations.Add(operation);
            if (operation.Kind == SimulatedOperationKind.SyncData)
                gate.Pass();
            return null;
        };
        Assert.That(thread.Append(Append(1)), Is.EqualTo(1));
        gate.AwaitArrival();
        for (ulong i = 2; i <= 10; i++)
            Assert.That(thread.Append(Append(i)), Is.EqualTo((long)i));
        Assert.That(owner.Rest(), Is.Empty, "nothing is persisted before its sync is done");
        gate.Open();
        Assert.That(owner.UntilPersisted(10), Is.EqualTo(new object[] { 1L, 10L }));
        Assert.That(operations.Select(operation => operation.Kind), Is.EqualTo(new[]
        {
            SimulatedOperationKind.Write, SimulatedOperationKind.SyncData,
            SimulatedOperationKind.Write, SimulatedOperationKind.SyncData,
        }));
        WalSyncStatistics statistics = thread.Statistics;
        Assert.Multiple(() =>
        {
            Assert.That(statistics.Count, Is.EqualTo(2));
            Assert.That(statistics.Total, Is.GreaterThan(TimeSpan.Zero));
            Assert.That(statistics.RecentMaximum, Is.GreaterThanOrEqualTo(statistics.RecentP99));
            Assert.That(statistics.WrittenBytes, Is.EqualTo(operations.Sum(operation => operation.Length)));
        });
    }

    [Test]
    public void A_commit_index_alone_waits_for_the_next_sync_and_rides_in_its_frame()
    {
        SimulatedFiles files = new(new Prng(1));
        using RecordingOwner owner = new();
        using WalThread thread = Start(files, owner, _options);
        thread.Append(Append(1));
        owner.UntilPersisted(1);
        long before = files.OperationCount;
        WalHardState hardState = new(new Term(1), NodeId.None, new LogIndex(1));
        thread.Append(new WalAppend([], hardState, MustSync: false));
        thread.Append(Append(2));
        Assert.That(owner.UntilPersisted(3), Is.EqualTo(new object[] { 3L }));
        Assert.That(files.OperationCount - before, Is.EqualTo(2), "one write, one sync");
        Assert.That(Recover(files).HardState, Is.EqualTo(hardState));
    }

    [Test]
    public void A_quiet_log_writes_what_waits_and_what_is_durable_without_a_sync()
    {
        SimulatedFiles files = new(new Prng(1));
        using RecordingOwner owner = new();
        using ManualResetEventSlim quiet = new();
        using WalThread thread = Start(files, owner, _options with { IdleDelay = TimeSpan.FromMilliseconds(1) });
        int syncs = 0;
        int writes = 0;
        files.Intercept = operation =>
        {
            if (!operation.Path.EndsWith(SegmentSupply.UnusedExtension, StringComparison.Ordinal))
            {
                syncs += operation.Kind == SimulatedOperationKind.SyncData ? 1 : 0;
                writes += operation.Kind == SimulatedOperationKind.Write ? 1 : 0;
            }

            if (writes == 2)
                quiet.Set();
            return null;
        };
        thread.Append(Append(1));
        owner.UntilPersisted(1);
        Assert.That(quiet.Wait(TimeSpan.FromSeconds(30)), Is.True, "the durable mark is not written");
        Assert.That(syncs, Is.EqualTo(1));
    }

    [Test]
    public void A_failed_sync_is_told_once_and_nothing_is_accepted_any_more()
    {
        SimulatedFiles files = new(new Prng(1));
        using RecordingOwner owner = new();
        using (WalThread thread = Start(files, owner, _options))
        {
            files.Intercept = operation =>
                operation.Kind == SimulatedOperationKind.SyncData ? new IOException("planted") : null;
            thread.Append(Append(1));
            Assert.That(owner.Next(), Is.TypeOf<IOException>().With.Message.EqualTo("planted"));
            long operations = files.OperationCount;
            thread.Append(Append(2));
            thread.ReleaseBefore(new LogIndex(1));
            Assert.That(files.OperationCount, Is.EqualTo(operations));
        }

        Assert.That(owner.Rest(), Is.Empty);
    }

    [Test]
    public void A_full_disk_is_told_waited_for_and_told_to_be_over()
    {
        SimulatedFiles files = new(new Prng(1));
        using RecordingOwner owner = new();
        WalOptions options = WalWorkload.Options with
        {
            IdleDelay = TimeSpan.FromMilliseconds(1),
            DiskFullRetryDelay = TimeSpan.FromMilliseconds(1),
        };
        files.QuotaBytes = 24 << 10;
        using WalThread thread = Start(files, owner, options);
        ulong last = 0;
        while (last < 300)
            thread.Append(Append(++last));
        object told;
        do
        {
            told = owner.Next();
        }
        while (told is not bool);
        Assert.That(told, Is.True);
        files.QuotaBytes = long.MaxValue;
        IReadOnlyList<object> rest = owner.UntilPersisted((long)last);
        if (!rest.Contains(false))
            Assert.That(owner.Next(), Is.False);
        Assert.That(Recover(files).Entries, Has.Count.EqualTo((int)last));
    }

    [Test]
    public void Persisted_numbers_rise_and_end_with_the_last_while_segments_roll_and_are_released()
    {
        const int Count = 2000;
        SimulatedFiles files = new(new Prng(1));
        using RecordingOwner owner = new();
        WalOptions options = WalWorkload.Options with { IdleDelay = TimeSpan.FromMilliseconds(1), MaxBatchBytes = 500 };
        using (WalThread thread = Start(files, owner, options))
        {
            for (ulong i = 1; i <= Count; i++)
            {
                thread.Append(Append(i));
                if (i % 100 == 0)
                    thread.ReleaseBefore(new LogIndex(i - 50));
            }

            long[] numbers = [.. owner.UntilPersisted(Count).OfType<long>()];
            Assert.That(numbers, Is.Ordered.Ascending.And.Unique);
        }

        Assert.That(Recover(files.AfterPowerCut(new Prng(5)), Count - 51).Entries, Has.Count.EqualTo(51));
    }

    [Test]
    public void Disposing_persists_what_waits_and_marks_it_as_durable()
    {
        SimulatedFiles files = new(new Prng(1));
        using RecordingOwner owner = new();
        using (WalThread thread = Start(files, owner, _options))
        {
            thread.Append(Append(1));
            thread.Append(new WalAppend([], new WalHardState(new Term(1), NodeId.None, new LogIndex(1)), false));
        }

        SimulatedFiles cut = files.AfterPowerCut(new Prng(4));
        Assert.That(Recover(cut).HardState.Commit, Is.EqualTo(new LogIndex(1)));
        string path = Path.Combine(WalWorkload.Folder, cut.List(WalWorkload.Folder)[0]);
        cut.FlipBit(path, 8 * (SegmentHeader.Length + 20));
        Assert.That(() => Recover(cut), Throws.TypeOf<CorruptionException>());
    }

    private static WalThread Start(SimulatedFiles files, RecordingOwner owner, WalOptions options) =>
        new(WalLog.Create(files, WalWorkload.Folder, WalWorkload.Identity, options), owner);

    private static WalAppend Append(ulong index) =>
        new([new WalEntry(new LogIndex(index), new Term(1), 0, new byte[100])], null, MustSync: true);

    private static WalRecovery Recover(SimulatedFiles files, ulong snapshotIndex = 0)
    {
        using WalLog log = WalLog.Open(
            files.AfterKill(),
            WalWorkload.Folder,
            new LogIndex(snapshotIndex),
            WalWorkload.Options,
            out WalRecovery recovery);
        return recovery;
    }

    /// <summary>Holds the Wal thread at a point until the test lets it go.</summary>
    private sealed class Gate : IDisposable
    {
        private readonly ManualResetEventSlim _arrived = new();
        private readonly ManualResetEventSlim _open = new();

        public void Pass()
        {
            _arrived.Set();
            _open.Wait();
        }

        public void AwaitArrival() => Assert.That(_arrived.Wait(TimeSpan.FromSeconds(30)), Is.True);

        public void Open() => _open.Set();

        public void Dispose()
        {
            _arrived.Dispose();
            _open.Dispose();
        }
    }
}
