using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Store;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// Fills the state machine with a million keys (16-byte keys, 100-byte values), publishing every 32 writes as a busy
/// replica does, and measures what docs/decisions/0006-key-space.md promises. One line a figure. Costs are processor
/// time of the whole process, the collector's included, because that is steady beside busy neighbours.
/// </summary>
internal sealed class KeySpaceBenchmark(TextWriter report)
{
    private const int Batch = 32;
    private const int Repeats = 1_000_000;

    private readonly byte[] _value = new byte[100];
    private readonly StoreStatistics _statistics = new();
    private KeyStateMachine _machine = new(new KvOptions(), new StoreStatistics());
    private ulong _log;

    private static TimeSpan Processor => Environment.CpuUsage.TotalTime;

    public void Run(int keys)
    {
        Prng random = new(42);
        int[] order = Shuffled(keys, random);
        Start();
        Puts("put, new key, in order", order.Length, i => i);
        Start();
        Puts("put, new key, random order", order.Length, i => order[i]);
        Memory(keys);
        Puts("put, overwrites, random", Repeats, _ => random.Next(keys));
        Puts("put, overwrites, random, watched", Repeats, _ => random.Next(keys), watched: true);
        Gets(keys, random);
        Snapshot();
        LongestStallWithSnapshots(keys, random);
        Listing();
        Expiry(keys);
        Removal(keys);
    }

    private static int[] Shuffled(int count, Prng random)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        for (int i = count - 1; i > 0; i--)
        {
            int other = random.Next(i + 1);
            (order[i], order[other]) = (order[other], order[i]);
        }

        return order;
    }

    private static byte[] Key(int i) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"/bench/k{i:D8}"));

    private void Start()
    {
        _machine = new KeyStateMachine(new KvOptions(), _statistics);
        _log = 0;
        GC.Collect();
    }

    private void Puts(string name, int count, Func<int, int> next, bool watched = false)
    {
        // Commands are made outside the measured part, as requests' threads make them.
        byte[][] commands = new byte[Batch * 2048][];
        long allocated = 0;
        TimeSpan paused = GC.GetTotalPauseDuration();
        TimeSpan spent = TimeSpan.Zero;
        IWatcher watcher = new Sink();
        if (watched)
            _machine.AddWatcher(new WatchRequest("/bench"u8.ToArray(), true, true, 0), watcher);
        for (int done = 0; done < count;)
        {
            int part = Math.Min(commands.Length, count - done);
            for (int i = 0; i < part; i++)
                commands[i] = Put(next(done + i), 0);
            long before = GC.GetAllocatedBytesForCurrentThread();
            TimeSpan start = Processor;
            for (int i = 0; i < part; i++)
            {
                _machine.Apply(commands[i], new LogIndex(++_log), new Term(1), 1);
                if (i % Batch == Batch - 1)
                    _machine.Publish();
            }

            spent += Processor - start;
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            done += part;
        }

        _machine.RemoveWatcher(watcher);
        paused = GC.GetTotalPauseDuration() - paused;
        Report(
            name,
            $"{spent.TotalNanoseconds / count:F0} ns each, {allocated / count} B allocated, "
            + $"{paused.TotalNanoseconds / count:F0} ns paused");
    }

    private byte[] Put(int key, long deadline) => new KeyCommand
    {
        Operation = KeyOperation.Set,
        Key = Key(key),
        Value = _value,
        ExpirationUnixNs = deadline,
    }.Encode();

    private void Memory(int keys)
    {
        using Process self = Process.GetCurrentProcess();
        Report("resident after filling", $"{self.WorkingSet64 >> 20} MB, at most {self.PeakWorkingSet64 >> 20} MB");
        long heap = GC.GetTotalMemory(forceFullCollection: true);
        Report("heap after a full collection", $"{heap >> 20} MB, {heap / keys} B a key");
    }

    private void Gets(int keys, Prng random)
    {
        IKeyspace keyspace = _machine.Publish();
        byte[][] wanted = new byte[Repeats / 4][];
        for (int i = 0; i < wanted.Length; i++)
            wanted[i] = Key(random.Next(keys));
        // The best of several rounds: in the others the collector still cleans up after the writes.
        TimeSpan best = TimeSpan.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long found = 0;
            TimeSpan start = Processor;
            foreach (byte[] key in wanted)
                found += keyspace.TryGet(key, out KeyRecord record) ? record.Value.Length : 0;
            TimeSpan spent = Processor - start;
            best = spent < best ? spent : best;
            Invariant.That(found == 100L * wanted.Length, "every key is there");
        }

        Report("get, random", $"{best.TotalNanoseconds / wanted.Length:F0} ns each");
    }

    private void Snapshot()
    {
        ArrayBufferWriter<byte> file = new(160 << 20);
        TimeSpan start = Processor;
        SnapshotWriter writer = new(_machine.Capture(), default);
        while (writer.WriteChunk(file))
        {
        }

        TimeSpan written = Processor;
        SnapshotReader reader = new();
        ReadOnlySpan<byte> rest = file.WrittenSpan;
        for (; rest.Length > 0; rest = rest[Math.Min(rest.Length, 1 << 20)..])
            reader.Read(rest[..Math.Min(rest.Length, 1 << 20)]);
        reader.Complete();
        KeyStateMachine back = KeyStateMachine.Restore(reader, new KvOptions(), _statistics, 1);
        TimeSpan read = Processor;
        Invariant.That(back.StateHash == _machine.StateHash, "the snapshot is the state");
        Report("snapshot", $"{file.WrittenCount >> 20} MiB");
        Report("snapshot written", $"{file.WrittenCount / 1e6 / (written - start).TotalSeconds:F0} MB/s");
        Report("snapshot read and built", $"{file.WrittenCount / 1e6 / (read - written).TotalSeconds:F0} MB/s");
    }

    private void LongestStallWithSnapshots(int keys, Prng random)
    {
        using CancellationTokenSource stop = new();
        int snapshots = 0;
        KeySnapshot? next = _machine.Capture();
        Thread thread = new(() =>
        {
            ArrayBufferWriter<byte> chunk = new(1 << 20);
            while (!stop.IsCancellationRequested)
            {
                if (Interlocked.Exchange(ref next, null) is not { } capture)
                    continue;
                SnapshotWriter writer = new(capture, default);
                while (writer.WriteChunk(chunk))
                    chunk.ResetWrittenCount();
                Interlocked.Increment(ref snapshots);
            }
        });
        thread.Start();
        TimeSpan longest = TimeSpan.Zero;
        for (int i = 0; i < Repeats; i++)
        {
            byte[] command = Put(random.Next(keys), 0);
            long start = Stopwatch.GetTimestamp();
            _machine.Apply(command, new LogIndex(++_log), new Term(1), 1);
            if (i % Batch == Batch - 1)
                _machine.Publish();
            if (i % (Repeats / 5) == 0)
                Volatile.Write(ref next, _machine.Capture());
            TimeSpan spent = Stopwatch.GetElapsedTime(start);
            longest = spent > longest ? spent : longest;
        }

        stop.Cancel();
        thread.Join();
        using Process self = Process.GetCurrentProcess();
        Report(
            "overwrites beside snapshots",
            $"longest write {longest.TotalMilliseconds:F1} ms, {snapshots} snapshots, "
            + $"resident at most {self.PeakWorkingSet64 >> 20} MB");
    }

    private void Listing()
    {
        TimeSpan start = Processor;
        IKeyCursor cursor = _machine.Publish().OpenCursor("/"u8.ToArray());
        long count = 0;
        while (cursor.MoveNext())
            count += cursor.Current.Value.Length > 0 ? 1 : 0;
        Report("cursor", $"{(Processor - start).TotalNanoseconds / count:F0} ns a key");
    }

    private void Expiry(int keys)
    {
        for (int i = 0; i < keys; i += 10)
            _machine.Apply(Put(i, long.MaxValue / 2 + ((i * 7919L) % keys)), new LogIndex(++_log), new Term(1), 1);
        int rounds = 0;
        byte[] expire = new KeyCommand
        {
            Operation = KeyOperation.Expire,
            Key = "/"u8,
            ExpirationUnixNs = long.MaxValue - 1,
        }.Encode();
        TimeSpan start = Processor;
        for (; _machine.NextExpirationUnixNs != long.MaxValue; rounds++)
        {
            _machine.Apply(expire, new LogIndex(++_log), new Term(1), 1);
            _machine.Publish();
        }

        TimeSpan all = Processor - start;

        Report(
            "expiry of every tenth key",
            $"{all.TotalNanoseconds / (keys / 10.0):F0} ns a key, {all.TotalMilliseconds / rounds:F1} ms a command");
    }

    private void Removal(int keys)
    {
        byte[] remove = new KeyCommand
        {
            Operation = KeyOperation.Delete,
            Key = "/bench"u8,
            IsRecursive = true,
        }.Encode();
        long start = Stopwatch.GetTimestamp();
        _machine.Apply(remove, new LogIndex(++_log), new Term(1), 1);
        Report($"delete of a directory of {keys}", $"{Stopwatch.GetElapsedTime(start).TotalMicroseconds:F0} us");
    }

    private void Report(string name, string figure) => report.WriteLine($"{name,-36} {figure}");

    private sealed class Sink : IWatcher
    {
        public bool Offer(KeyEvent change) => true;
    }
}
