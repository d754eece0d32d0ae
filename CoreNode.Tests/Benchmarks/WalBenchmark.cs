using System.Diagnostics;
using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Store;
using CoreNode.Wal;

namespace CoreNode.Tests.Benchmarks;

/// <summary>Append and sync on the machine's own disk. Run it alone: <c>dotnet test --filter Name~Wal_</c>.</summary>
[TestFixture, Explicit, Category("Benchmark")]
internal sealed class WalBenchmark : IWalOwner
{
    private const int Rounds = 5000;

    private readonly ThreadParker _wake = new();
    private string _folder = "";
    private long _persisted;

    [SetUp]
    public void Make_a_folder()
    {
        _persisted = 0;
        _folder = Path.Combine(Path.GetTempPath(), $"corenode-bench-{Guid.NewGuid():n}");
    }

    [TearDown]
    public void Remove_the_folder() => Directory.Delete(_folder, recursive: true);

    public void Persisted(long appendNumber)
    {
        Volatile.Write(ref _persisted, appendNumber);
        _wake.Unpark();
    }

    public void Failed(Exception fault) => Assert.Fail(fault.ToString());

    public void DiskFullChanged(bool isFull) => Assert.That(isFull, Is.False);

    [Test]
    public void Wal_write_and_sync_on_one_thread([Values(1, 16, 64)] int entries)
    {
        using WalLog log = Create();
        Measure($"{entries} entries, same thread", entries, log, append =>
        {
            log.Write([append]);
            log.Sync();
        });
    }

    [Test]
    public void Wal_append_until_persisted_over_the_thread([Values(1, 16, 64)] int entries)
    {
        WalLog log = Create();
        using WalThread thread = new(log, this);
        Measure($"{entries} entries, Wal thread", entries, log, append =>
        {
            long number = thread.Append(append);
            while (Volatile.Read(ref _persisted) < number)
                _wake.Park();
        });
    }

    [Test]
    public void Wal_bare_fdatasync_for_comparison()
    {
        RealFiles files = new();
        files.CreateFolder(_folder);
        using IFile file = files.Open(Path.Combine(_folder, "bare"), create: true);
        file.Preallocate(16 << 20);
        file.Sync();
        long at = 0;
        byte[] data = new byte[150];
        double[] times = Times(() =>
        {
            file.Write(at += data.Length, data);
            file.SyncData();
        });
        Print("bare write and fdatasync", times, "");
    }

    [Test]
    public void Wal_recovery_of_a_million_entries()
    {
        using (WalLog log = Create())
        {
            for (ulong i = 0; i < 1_000_000; i += 500)
                log.Write([Append(i + 1, 500)]);
            log.Sync();
        }

        long start = Stopwatch.GetTimestamp();
        using WalLog again = WalLog.Open(
            new RealFiles(), _folder, LogIndex.Zero, new WalOptions(), out WalRecovery recovery);
        TestContext.Out.WriteLine(
            $"recovery of {recovery.Entries.Count} entries: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms");
    }

    [Test]
    public void Wal_creation()
    {
        long start = Stopwatch.GetTimestamp();
        using WalLog log = Create();
        TestContext.Out.WriteLine($"creation: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F1} ms");
        start = Stopwatch.GetTimestamp();
        log.PrepareNext();
        TestContext.Out.WriteLine($"preparation: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F1} ms");
    }

    private static void Measure(string name, int entries, WalLog log, Action<WalAppend> persist)
    {
        ulong next = 1;
        WalAppend[] appends = new WalAppend[Rounds + 500];
        for (int i = 0; i < appends.Length; i++, next += (ulong)entries)
            appends[i] = Append(next, entries);
        for (int i = 0; i < 500; i++)
            persist(appends[i]);
        int at = 500;
        long bytes = log.WrittenBytes;
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        double[] times = Times(() => persist(appends[at++]));
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        double perEntry = (double)(log.WrittenBytes - bytes) / Rounds / entries;
        Print(name, times, $", {perEntry:F1} log bytes an entry, {allocated / Rounds} B allocated a round");
    }

    private static double[] Times(Action action)
    {
        double[] times = new double[Rounds];
        for (int i = 0; i < Rounds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        Array.Sort(times);
        return times;
    }

    private static void Print(string name, double[] times, string more) => TestContext.Out.WriteLine(
        $"{name}: p50 {times[Rounds / 2]:F0} us, p99 {times[Rounds * 99 / 100]:F0} us, max {times[^1]:F0} us{more}");

    // What a PUT of a 16-byte key and a 100-byte value becomes, committed up to the entry before.
    private static WalAppend Append(ulong first, int count)
    {
        byte[] command = new KeyCommand
        {
            Operation = KeyOperation.Set,
            Key = "/0123456789abcdef"u8,
            Value = new byte[100],
        }.Encode();
        WalEntry[] entries = new WalEntry[count];
        for (int i = 0; i < count; i++)
            entries[i] = new WalEntry(new LogIndex(first + (ulong)i), new Term(2), 0, command);
        WalHardState hardState = new(new Term(2), new NodeId(1), new LogIndex(first - 1));
        return new WalAppend(entries, hardState, MustSync: true);
    }

    private WalLog Create() =>
        WalLog.Create(new RealFiles(), _folder, new WalIdentity(1, new NodeId(1)), new WalOptions());
}
