using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Tests.Simulation;
using CoreNode.Wal;

namespace CoreNode.Tests.Faults;

/// <summary>A disk that fills up: met when a segment is prepared, never inside a record.</summary>
[TestFixture, Category("Fault")]
internal sealed class WalDiskFullTests
{
    private readonly WalOptions _options = WalWorkload.Options;

    [Test]
    public void The_reserve_takes_writes_until_room_is_back()
    {
        SimulatedFiles files = new(new Prng(1));
        using WalLog log = WalLog.Create(files, WalWorkload.Folder, WalWorkload.Identity, _options);
        Assert.That(log.PrepareNext(), Is.True);
        files.QuotaBytes = files.UsedBytes;
        ulong last = 0;
        while (log.PrepareNext())
            Write(log, ++last);
        Assert.That(log.IsDiskFull, Is.True);

        ulong whenFull = last;
        WalAppend refused = Append(last + 1);
        while (TryWrite(log, refused))
            refused = Append(++last + 1);
        Assert.Multiple(() =>
        {
            Assert.That(last - whenFull, Is.GreaterThan(20), "segment and reserve take more");
            Assert.That(log.IsFailed, Is.False);
            Assert.That(log.PrepareNext(), Is.False);
            Assert.That(Recovered(files.AfterPowerCut(new Prng(2))), Is.EqualTo(last));
        });

        files.QuotaBytes += 100 << 10;
        Assert.That(log.PrepareNext(), Is.True);
        Assert.That(log.IsDiskFull, Is.False);
        Assert.That(files.Exists(Path.Combine(WalWorkload.Folder, "reserve")), Is.True);
        Assert.That(TryWrite(log, refused), Is.True);
        Assert.That(Recovered(files.AfterPowerCut(new Prng(3))), Is.EqualTo(last + 1));
    }

    [Test]
    public void Released_segments_are_room_too()
    {
        SimulatedFiles files = new(new Prng(1));
        WalOptions options = _options with { FirstSegmentBytes = _options.SegmentSizeBytes };
        using WalLog log = WalLog.Create(files, WalWorkload.Folder, WalWorkload.Identity, options);
        log.PrepareNext();
        files.QuotaBytes = files.UsedBytes;
        ulong last = 0;
        while (log.PrepareNext())
            Write(log, ++last);
        log.ReleaseBefore(new LogIndex(last));
        Assert.That(log.PrepareNext(), Is.True, "the first segment's room is enough for the next one");
        Assert.That(log.IsDiskFull, Is.False);
    }

    [Test]
    public void A_log_that_is_released_as_it_grows_needs_no_more_room()
    {
        SimulatedFiles files = new(new Prng(1));
        using WalLog log = WalLog.Create(files, WalWorkload.Folder, WalWorkload.Identity, _options);
        files.QuotaBytes = _options.ReserveBytes + 5 * _options.SegmentSizeBytes;
        for (ulong i = 1; i < 1000; i++)
        {
            Write(log, i);
            log.ReleaseBefore(new LogIndex(i));
            Assert.That(log.PrepareNext(), Is.True, $"entry {i}");
        }

        Assert.That(Recovered(files.AfterPowerCut(new Prng(3)), 999), Is.Zero);
    }

    [Test]
    public void A_fresh_log_without_room_leaves_nothing_behind()
    {
        SimulatedFiles files = new(new Prng(1)) { QuotaBytes = 100 };
        Assert.That(
            () => WalLog.Create(files, WalWorkload.Folder, WalWorkload.Identity, _options),
            Throws.TypeOf<DiskFullException>());
        Assert.That(files.List(WalWorkload.Folder), Is.Empty);
    }

    [Test]
    public void An_append_larger_than_a_segment_gets_a_segment_of_its_size_or_is_refused_whole()
    {
        SimulatedFiles files = new(new Prng(1));
        using WalLog log = WalLog.Create(files, WalWorkload.Folder, WalWorkload.Identity, _options);
        log.PrepareNext();
        WalAppend large = new([new WalEntry(new LogIndex(1), new Term(1), 0, new byte[100_000])], null, MustSync: true);
        files.QuotaBytes = files.UsedBytes + 50_000;
        Assert.That(TryWrite(log, large), Is.False);
        Assert.That(log.IsDiskFull, Is.True);
        files.QuotaBytes += 100_000;
        Assert.That(TryWrite(log, large), Is.True);
        Assert.That(Recovered(files.AfterPowerCut(new Prng(3))), Is.EqualTo(1));
    }

    private ulong Recovered(SimulatedFiles files, ulong snapshotIndex = 0)
    {
        using WalLog log = WalLog.Open(
            files, WalWorkload.Folder, new LogIndex(snapshotIndex), _options, out WalRecovery recovery);
        return (ulong)recovery.Entries.Count;
    }

    private static WalAppend Append(ulong index) =>
        new([new WalEntry(new LogIndex(index), new Term(1), 0, new byte[100])], null, MustSync: true);

    private static void Write(WalLog log, ulong index)
    {
        log.Write([Append(index)]);
        log.Sync();
    }

    private static bool TryWrite(WalLog log, WalAppend append)
    {
        try
        {
            log.Write([append]);
            log.Sync();
            return true;
        }
        catch (DiskFullException)
        {
            return false;
        }
    }
}
