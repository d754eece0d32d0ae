using CoreNode.Foundation;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Faults;

/// <summary>
/// SIGKILL in the middle of writes, again and again on the same data folder. A kill leaves the page cache to the
/// kernel, so this judges recovery and acknowledgement order, not fsync: that is what the simulated files are for.
/// </summary>
[TestFixture, Category("Fault"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class KillUnderLoadTests
{
    private const string SeedVariable = "CORENODE_KILL_SEED";
    private const int WatcherCount = 3;
    private const int MostViolationsShown = 10;

    /// <summary>
    /// 34 kills in CI, with the usual and with snapshot counts so small that kills hit snapshots too.
    /// </summary>
    [TestCase("corenode", 12, 100_000)]
    [TestCase("corenode", 12, 500)]
    [TestCase("corenode", 10, 20)]
    [TestCase("etcd", 3, 500)]
    public async Task No_acknowledged_write_is_lost_by_a_kill(string server, int kills, int snapshotCount)
    {
        ulong seed = ulong.TryParse(Environment.GetEnvironmentVariable(SeedVariable), out ulong given)
            ? given
            : unchecked((ulong)Random.Shared.NextInt64());
        Prng prng = new(seed);
        string again = $"{SeedVariable}={seed} dotnet test --filter Name~No_acknowledged_write_is_lost_by_a_kill";
        LoadModel model = new();
        LoadWriter[] writers = [.. Writers(model, prng)];
        LoadWatcher[] watchers = [.. Enumerable.Range(0, WatcherCount).Select(_ => new LoadWatcher())];
        await using ServerProcess process = await ServerProcess.StartAsync(
            ServerCommand.Named(server), "--snapshot-count", $"{snapshotCount}");
        for (int round = 0; round < kills; round++)
        {
            await StartRoundAsync(process, model, watchers, round);
            await LoadAndKillAsync(process, model, writers, watchers, prng.Child($"round {round}"), round);
            await JudgeAfterRestartAsync(process, model, watchers, round);
            IReadOnlyList<string> violations = model.TakeViolations();
            Assert.That(violations.Take(MostViolationsShown), Is.Empty, () =>
                $"round {round}, {violations.Count} violations -> {again}\n{Tail(process.StandardError)}");
        }
        TestContext.Out.WriteLine($"{kills} kills, {model.AcknowledgedCount} writes acknowledged, "
            + $"{model.UnknownCount} unknown, index {model.HighestIndex}; {again}");
        Assert.That(model.AcknowledgedCount, Is.GreaterThan(kills * 20), "the load was too small to prove anything");
    }

    private static string Tail(string text) => text[^Math.Min(text.Length, 2000)..];

    private static IEnumerable<LoadWriter> Writers(LoadModel model, Prng prng)
    {
        (LoadKind Kind, int Count)[] load =
            [(LoadKind.Registers, 4), (LoadKind.Counter, 2), (LoadKind.Queue, 2), (LoadKind.Expiring, 2)];
        return load.SelectMany(part => Enumerable.Range(0, part.Count).Select(
            id => new LoadWriter(part.Kind, id, model, prng.Child($"{part.Kind} {id}"))));
    }

    private static async Task LoadAndKillAsync(
        ServerProcess process, LoadModel model, LoadWriter[] writers, LoadWatcher[] watchers, Prng prng, int round)
    {
        using LoadClient client = new(process.Url);
        Task watching = await OpenWatchersAsync(client, watchers);
        // Half of the rounds as fast as it goes, half slow enough that every watcher keeps up.
        TimeSpan pause = prng.Chance(0.5) ? TimeSpan.Zero : TimeSpan.FromMilliseconds(prng.Next(1, 4));
        bool killed = false;
        Task writing = Task.WhenAll(writers.Select(
            writer => writer.RunAsync(client, round, pause, () => Volatile.Read(ref killed))));
        Task<Dictionary<string, StoredKey>> reading = ReadUntilGoneAsync(client, writers[0].Folder);
        await Task.WhenAny(writing, Task.Delay(prng.Next(100, 900)));
        Volatile.Write(ref killed, true);
        await process.KillAsync();
        await writing;
        await watching;
        foreach ((string key, StoredKey seen) in await reading)
            model.Observe(key, seen);
        model.Observe(client.HighestIndex);
        if (prng.Chance(0.25))
        {
            process.Launch();
            await Task.Delay(prng.Next(80));
            await process.KillAsync();
        }
    }

    private static async Task StartRoundAsync(
        ServerProcess process, LoadModel model, LoadWatcher[] watchers, int round)
    {
        using LoadClient client = new(process.Url);
        if (round == 0)
        {
            StoreReading empty = await client.ReadAllAsync();
            model.Judge(empty);
            foreach (LoadWatcher watcher in watchers)
                watcher.StartAfter(empty.StoreIndex);
            return;
        }
        model.NextRound();
        foreach (LoadWatcher watcher in watchers)
            watcher.Forget();
        // In-order keys of the last round were judged: one recursive delete keeps later readings small.
        foreach (string queue in (string[])["/load/queue-0", "/load/queue-1"])
        {
            model.Record(await client.PerformAsync(new LoadOperation
            {
                Method = "DELETE",
                Path = $"{queue}/{round - 1}",
                Action = "delete",
                Fields = new Dictionary<string, string> { ["recursive"] = "true" },
            }));
        }
    }

    private static async Task<Task> OpenWatchersAsync(LoadClient client, LoadWatcher[] watchers)
    {
        TaskCompletionSource[] opened = [.. watchers.Select(_ => new TaskCompletionSource())];
        Task watching = Task.WhenAll(watchers.Zip(opened, (watcher, open) => watcher.RunAsync(client, open)));
        await Task.WhenAll(opened.Select(o => o.Task));
        return watching;
    }

    // What a plain read has shown is known to a client, so it must survive as well: the last state of each key.
    private static async Task<Dictionary<string, StoredKey>> ReadUntilGoneAsync(LoadClient client, string folder)
    {
        Dictionary<string, StoredKey> seen = [];
        try
        {
            for (int i = 0; ; i++)
            {
                string key = $"{folder}/{i % LoadWriter.KeyCount}";
                if (await client.ReadAsync(key) is { } stored)
                    seen[key] = stored;
            }
        }
        catch (Exception e) when (LoadClient.IsBroken(e))
        {
            return seen;
        }
    }

    private static async Task JudgeAfterRestartAsync(
        ServerProcess process, LoadModel model, LoadWatcher[] watchers, int round)
    {
        await process.RestartAsync();
        using LoadClient client = new(process.Url);
        foreach (WatchedEvent seen in watchers.SelectMany(w => w.Events))
            model.Observe(seen);
        model.Judge(await client.ReadAllAsync());
        LoadOperation marker = await client.PerformAsync(new LoadOperation
        {
            Method = "PUT",
            Path = "/load/marker",
            Action = "set",
            Value = $"round-{round}",
        });
        Assert.That(marker.Index, Is.Positive, "a write after the restart was not acknowledged");
        model.Record(marker);
        foreach (LoadWatcher watcher in watchers)
        {
            long after = watcher.StartIndex;
            await watcher.CatchUpAsync(client, marker.Index);
            model.Judge(watcher.Events, after, marker.Index, watcher.IsDeclaredGap);
        }
    }
}
