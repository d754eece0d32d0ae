using System.Buffers;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Store;

namespace CoreNode.Tests.Kv;

[TestFixture, Category("Unit")]
internal sealed class KeyStateMachineTests
{
    private const int Steps = 6000;

    [Test]
    public void Random_commands_do_what_the_naive_store_does([Range(1, 5)] int seed)
    {
        Prng random = new((ulong)seed);
        RandomCommands commands = new(random.Child("commands"));
        NaiveStore naive = new();
        KvHarness kv = new();
        List<(IKeyspace View, List<string> Expected)> views = [];
        for (int step = 0; step < Steps; step++)
        {
            KeyCommand command = commands.Next(kv.Index);
            string context = $"seed {seed} step {step} {command.Operation} {KvHarness.Text(command.Key)}";
            Assert.That(KvHarness.Text(kv.Apply(command)), Is.EqualTo(naive.Apply(command)), context);
            Assert.That(kv.Index, Is.EqualTo(naive.Index), context);
            string key = commands.NextKey();
            if (step % 3 == 0)
                Assert.That(kv.Get(key), Is.EqualTo(naive.Get(key)), context);
            if (step % 50 == 0)
                Assert.That(kv.List(key), Is.EqualTo(naive.List(key)), context);
            if (step % 20 == 0)
                CompareHistory(kv, naive, key, random, context);
            if (step % 500 == 499)
                views.Add((kv.Machine.Publish(), naive.List("/")));
            if (step % 1500 == 1499)
                kv = RoundTrip(kv);
        }

        foreach ((IKeyspace view, List<string> expected) in views)
        {
            Assert.That(Walk(view), Is.EqualTo(expected), $"seed {seed}: a published view changed");
            Assert.That(view.Count, Is.EqualTo(expected.Count), $"seed {seed}");
        }
    }

    [Test]
    public void The_state_depends_on_the_commands_alone([Values(11UL, 12UL)] ulong seed)
    {
        RandomCommands first = new(new Prng(seed));
        RandomCommands second = new(new Prng(seed));
        KvHarness kv = new();
        KvHarness other = new() { Clock = KvHarness.Now + 12345 };
        for (int step = 0; step < Steps; step++)
        {
            kv.Apply(first.Next(kv.Index));
            other.Apply(second.Next(other.Index));
            if (step % 7 == 0)
                kv.Machine.Publish();
            if (step == Steps / 2)
                other = RoundTrip(other);
        }

        Assert.That(kv.Machine.StateHash, Is.EqualTo(other.Machine.StateHash), $"seed {seed}");
        Assert.That(Snapshot(kv), Is.EqualTo(Snapshot(other)), $"seed {seed}");
        kv.Set("/only-here", "1");
        Assert.That(kv.Machine.StateHash, Is.Not.EqualTo(other.Machine.StateHash));
    }

    [Test]
    public void A_cursor_passes_over_a_subtree_and_knows_its_depth([Values(1UL, 2UL, 3UL)] ulong seed)
    {
        Prng random = new(seed);
        RandomCommands commands = new(random.Child("commands"));
        KvHarness kv = new();
        for (int step = 0; step < 2000; step++)
            kv.Apply(commands.Next(kv.Index));
        List<string> all = kv.List("/");
        List<string> expected = [];
        List<string> actual = [];
        string? skipped = null;
        IKeyCursor cursor = kv.Machine.Publish().OpenCursor("/"u8.ToArray());
        Prng coin = random.Child("skips");
        foreach (string line in all)
        {
            if (skipped is not null && line.StartsWith(skipped, StringComparison.Ordinal))
                continue;
            skipped = null;
            expected.Add(line);
            Assert.That(cursor.MoveNext(), Is.True, $"seed {seed}");
            actual.Add(KvHarness.Text(cursor.Current));
            string key = KvHarness.Text(cursor.Current.Key);
            Assert.That(cursor.Depth, Is.EqualTo(key.Count(c => c == '/')), $"seed {seed}");
            if (!coin.Chance(0.3))
                continue;
            cursor.SkipSubtree();
            skipped = key + "/";
        }

        Assert.That(actual, Is.EqualTo(expected), $"seed {seed}");
        Assert.That(cursor.MoveNext(), Is.False);
        Assert.That(cursor.MoveNext(), Is.False, "the end is the end");
    }

    [Test]
    public void Bytes_that_are_no_command_break_an_invariant()
    {
        KeyStateMachine machine = new(new KvOptions(), new StoreStatistics());
        byte[] unknown = new KeyCommand { Operation = (KeyOperation)99, Key = "/a"u8 }.Encode();
        byte[] badKey = new KeyCommand { Operation = KeyOperation.Set, Key = "/a//b"u8 }.Encode();
        Assert.Multiple(() =>
        {
            Assert.That(() => machine.Apply([], new LogIndex(1), new Term(1), 0), Throws.TypeOf<InvariantException>());
            Assert.That(
                () => machine.Apply(unknown, new LogIndex(2), new Term(1), 0), Throws.TypeOf<InvariantException>());
            Assert.That(
                () => machine.Apply(badKey, new LogIndex(3), new Term(1), 0), Throws.TypeOf<InvariantException>());
        });
    }

    [Test]
    public void An_entry_is_applied_once_and_its_position_is_in_the_answer()
    {
        KeyStateMachine machine = new(new KvOptions(), new StoreStatistics());
        byte[] set = new KeyCommand { Operation = KeyOperation.Set, Key = "/a"u8 }.Encode();
        machine.SkipTo(new LogIndex(4), new Term(2));
        KeyOutcome outcome = machine.Apply(set, new LogIndex(5), new Term(3), 0);
        Assert.Multiple(() =>
        {
            Assert.That(outcome.AppliedIndex, Is.EqualTo(new LogIndex(5)));
            Assert.That(outcome.Term, Is.EqualTo(new Term(3)));
            Assert.That(machine.Publish().AppliedTerm, Is.EqualTo(new Term(3)));
            Assert.That(
                () => machine.Apply(set, new LogIndex(5), new Term(3), 0), Throws.TypeOf<InvariantException>());
        });
    }

    internal static byte[] Snapshot(KvHarness kv, ReadOnlyMemory<byte> callerState = default)
    {
        ArrayBufferWriter<byte> output = new();
        SnapshotWriter writer = new(kv.Machine.Capture(), callerState);
        while (writer.WriteChunk(output))
        {
        }

        return output.WrittenSpan.ToArray();
    }

    internal static KvHarness RoundTrip(KvHarness kv)
    {
        SnapshotReader reader = new();
        reader.Read(Snapshot(kv));
        reader.Complete();
        return new KvHarness(reader, new KvOptions());
    }

    private static void CompareHistory(KvHarness kv, NaiveStore naive, string key, Prng random, string context)
    {
        if (kv.Index == 0)
            return;
        ulong since = kv.Index - (ulong)random.Next((int)Math.Min(kv.Index, 1000));
        bool recursive = random.Chance(0.5);
        RecordingWatcher watcher = kv.Watch(key, recursive, since: since);
        Assert.That(watcher.Error, Is.Null, context);
        string? first = watcher.Told.Count > 0 ? watcher.Told[0] : null;
        Assert.That(first, Is.EqualTo(naive.FirstMatch(key, recursive, since)), context);
        kv.Machine.RemoveWatcher(watcher);
    }

    private static List<string> Walk(IKeyspace view)
    {
        List<string> found = [];
        IKeyCursor cursor = view.OpenCursor("/"u8.ToArray());
        while (cursor.MoveNext())
            found.Add(KvHarness.Text(cursor.Current));
        return found;
    }
}
