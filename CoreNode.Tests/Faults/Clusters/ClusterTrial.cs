using System.Diagnostics;
using System.Globalization;
using CoreNode.Foundation;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.EndToEnd.Clusters;
using CoreNode.Tests.Histories;

namespace CoreNode.Tests.Faults.Clusters;

/// <summary>
/// A cluster under load from clients that share a few keys, with a watcher at each member; a test attacks it and then
/// asks for judgement. Linearizable, watchers told of everything in order, nothing acknowledged lost, all members with
/// the same content, and the cluster takes writes again.
/// </summary>
internal sealed class ClusterTrial : IAsyncDisposable
{
    private const string SeedVariable = "CORENODE_CLUSTER_SEED";
    private const int RovingClients = 6;
    private const int FillConnections = 32;
    private const string Marker = "/load/marker";
    private const string Filled = "/filled";
    private static readonly string FillValue = new('f', 100);
    private static readonly TimeSpan s_progressTime = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(5);

    // Longer than any fault lasts: what a member answers after it is better must be new.
    private static readonly TimeSpan s_longPatience = TimeSpan.FromSeconds(5);

    private readonly HistoryRecorder _history = new();
    private readonly RegisterKnowledge _knowledge = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly List<RegisterClient> _clients = [];
    private readonly List<MemberWatcher> _watchers = [];
    private readonly List<Task> _running = [];
    private bool _isOver;
    private int _filled;

    private ClusterTrial(ClusterProcesses cluster, Prng prng)
    {
        Cluster = cluster;
        Prng = prng;
    }

    public ClusterProcesses Cluster { get; }

    /// <summary>For what a test draws.</summary>
    public Prng Prng { get; }

    /// <summary>Writes that were acknowledged so far.</summary>
    public int AcknowledgedCount => _knowledge.AcknowledgedCount;

    /// <summary>
    /// Starts a cluster in namespaces of its own and its load; ignores the test where that is impossible.
    /// </summary>
    public static async Task<ClusterTrial> StartAsync(
        string server, int members = 3, bool readsWithQuorum = true, params string[] extra)
    {
        if (NetworkNamespace.Obstacle is { } obstacle)
            Assert.Ignore(obstacle);
        ulong seed = ulong.TryParse(Environment.GetEnvironmentVariable(SeedVariable), out ulong given)
            ? given
            : unchecked((ulong)Random.Shared.NextInt64());
        TestContext.Out.WriteLine($"{SeedVariable}={seed}");
        ClusterShape shape = new()
        {
            Command = ServerCommand.Named(server),
            Members = members,
            IsIsolated = true,
            ElectionTimeout = TimeSpan.FromMilliseconds(500),
            Extra = extra,
            Seed = seed,
        };
        ClusterTrial trial = new(await ClusterProcesses.StartAsync(shape), new Prng(seed));
        try
        {
            await trial.StartLoadAsync(readsWithQuorum);
            return trial;
        }
        catch
        {
            await trial.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until so many more writes are acknowledged: the cluster works.</summary>
    public async Task ProgressAsync(int writes)
    {
        int enough = AcknowledgedCount + writes;
        Stopwatch watch = Stopwatch.StartNew();
        while (AcknowledgedCount < enough)
        {
            if (watch.Elapsed > s_progressTime)
            {
                Assert.Fail($"{enough - AcknowledgedCount} of {writes} writes were not taken in {s_progressTime}\n"
                    + Cluster.Words());
            }
            await ThrowIfBrokenAsync();
            await Task.Delay(s_poll);
        }
    }

    /// <summary>Writes so many keys that nobody watches, as fast as many connections can.</summary>
    public async Task FillAsync(int keys)
    {
        ServerProcess leader = await Cluster.WaitForLeaderAsync(s_progressTime);
        await Task.WhenAll(Enumerable.Range(0, FillConnections).Select(async _ =>
        {
            using MemberConnection connection = new(leader, Cluster.Clients);
            for (int key; (key = Interlocked.Increment(ref _filled)) <= keys;)
            {
                string path = string.Create(CultureInfo.InvariantCulture, $"/v2/keys{Filled}/k{key}");
                await connection.AskAsync("PUT", path, $"value={FillValue}", s_longPatience);
            }
        }));
        Interlocked.Exchange(ref _filled, 0);
    }

    /// <summary>
    /// Reads every key at one member, each by a client of its own that has patience with a member that stands still.
    /// </summary>
    public async Task ReadEveryKeyAtAsync(ServerProcess member)
    {
        int bound = Cluster.Members.ToList().IndexOf(member);
        RegisterClient[] readers =
        [
            .. Enumerable.Range(0, RegisterClient.KeyCount).Select(i => new RegisterClient(
                _clients.Count + i, Cluster, _history, _knowledge, Prng.Child($"patient {i}"))
            {
                Patience = s_longPatience,
            }),
        ];
        await Task.WhenAll(readers.Select((r, i) => r.PerformAsync(r.Read(RegisterClient.Key(i)), bound)));
        foreach (RegisterClient reader in readers)
            reader.Dispose();
    }

    /// <summary>Ends the load, heals and restarts what is broken, and judges everything that was seen.</summary>
    public async Task JudgeAsync()
    {
        await EndLoadAsync();
        await ThrowIfBrokenAsync();
        if (Cluster.Network is { } network)
            network.Faults = LinkFaults.None;
        foreach (ServerProcess down in Cluster.Members.Where(m => !m.IsRunning))
            down.Launch();
        await Cluster.WaitUntilHealthyAsync();
        await ThrowIfBrokenAsync();
        (long last, StoreReading[] readings) = await ReadToTheEndAsync();
        IReadOnlyList<HistoryOperation> history = _history.ToList();
        Report(history);
        try
        {
            LinearizabilityChecker.Check(history).ThrowUnlessLinearizable();
            WatchRun[] runs = [.. _watchers.SelectMany(w => w.Runs(last))];
            CommittedChanges committed = CommittedChanges.Of(history, runs);
            WatchChecker.ThrowUnlessRight(runs, committed);
            MemberContents.ThrowUnlessSame(readings);
            string[] fillings = await Task.WhenAll(Cluster.Members.Select(ReadFilledAsync));
            for (int i = 1; i < fillings.Length; i++)
                Assert.That(fillings[i], Is.EqualTo(fillings[0]), $"what member {i + 1} holds of {Filled}");
            if (_watchers.Exists(w => w.IsWhole))
                MemberContents.ThrowUnlessMadeBy(committed, readings[0]);
        }
        catch (AssertionException fault)
        {
            throw new AssertionException($"{fault.Message}\n{Cluster.Words()}", fault);
        }
    }

    /// <summary>Only what the history says, for tests that expect a fault.</summary>
    public async Task<LinearizabilityVerdict> EndAndCheckHistoryAsync()
    {
        await EndLoadAsync();
        return LinearizabilityChecker.Check(_history.ToList());
    }

    /// <summary>A member that ended by itself is a fault, also where the others make up for it.</summary>
    public async Task ThrowIfBrokenAsync()
    {
        if (Cluster.Members.FirstOrDefault(m => m.HasDied) is { } died)
            Assert.Fail($"{died.Place.Name} ended by itself\n{Cluster.Words()}");
        if (_running.Find(t => t.IsFaulted) is { } fault)
            await fault;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await EndLoadAsync();
        }
        finally
        {
            foreach (RegisterClient client in _clients)
                client.Dispose();
            await Cluster.DisposeAsync();
            _ending.Dispose();
        }
    }

    private async Task StartLoadAsync(bool readsWithQuorum)
    {
        long start = await WriteMarkerAsync();
        for (int i = 0; i < RovingClients; i++)
        {
            _clients.Add(new(i, Cluster, _history, _knowledge, Prng.Child($"client {i}"))
            {
                ReadsWithQuorum = readsWithQuorum,
            });
        }
        for (int i = 0; i < Cluster.Members.Count; i++)
        {
            _clients.Add(new(RovingClients + i, Cluster, _history, _knowledge, Prng.Child($"reader {i}"))
            {
                BoundTo = i,
                Patience = s_longPatience,
                ReadsWithQuorum = readsWithQuorum,
            });
        }
        foreach (ServerProcess member in Cluster.Members)
        {
            MemberWatcher watcher = new(member, Cluster.Clients);
            watcher.StartAfter(start);
            _watchers.Add(watcher);
        }
        _running.AddRange(_clients.Select(c => c.RunAsync(() => Volatile.Read(ref _isOver))));
        _running.AddRange(_watchers.Select(w => w.RunAsync(_ending.Token)));
    }

    private async Task EndLoadAsync()
    {
        Volatile.Write(ref _isOver, true);
        await _ending.CancelAsync();
        await Task.WhenAll(_running);
    }

    // Not part of the history: asked again until it is done, at one member after the other.
    private async Task<long> WriteMarkerAsync()
    {
        LoadOperation marker = new() { Method = "PUT", Path = Marker, Action = "set", Value = "marker" };
        Stopwatch watch = Stopwatch.StartNew();
        for (int i = 0; ; i++)
        {
            using LoadClient client = new(Cluster.Members[i % Cluster.Members.Count].Url, Cluster.Clients);
            LoadOperation done = await client.PerformAsync(marker);
            if (done.Index > 0)
                return done.Index;
            if (watch.Elapsed > s_progressTime)
                Assert.Fail($"the healed cluster took no write in {s_progressTime}\n{Cluster.Words()}");
        }
    }

    // A write that its client gave up may be committed behind the marker: then the watchers have more to tell.
    private async Task<(long Last, StoreReading[] Readings)> ReadToTheEndAsync()
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            long last = await WriteMarkerAsync();
            await Task.WhenAll(_watchers.Select(w => w.FinishAsync(last)));
            StoreReading[] readings = await Task.WhenAll(Cluster.Members.Select(m => ReadAsync(m, last)));
            if (Array.TrueForAll(readings, reading => reading.StoreIndex == last))
                return (last, readings);
            Assert.That(watch.Elapsed, Is.LessThan(s_progressTime), "somebody writes although all clients have ended");
        }
    }

    // What this member has itself, once it has come to the end.
    private async Task<StoreReading> ReadAsync(ServerProcess member, long last)
    {
        using LoadClient client = new(member.Url, Cluster.Clients);
        Stopwatch watch = Stopwatch.StartNew();
        StoreReading reading;
        while ((reading = await client.ReadAllAsync(isQuorum: false)).StoreIndex < last)
        {
            if (watch.Elapsed > s_progressTime)
                Assert.Fail($"{member.Place.Name} is still at {reading.StoreIndex}, not {last}\n{Cluster.Words()}");
            await Task.Delay(s_poll);
        }
        return reading;
    }

    private async Task<string> ReadFilledAsync(ServerProcess member)
    {
        using MemberConnection connection = new(member, Cluster.Clients);
        string target = $"/v2/keys{Filled}?recursive=true&sorted=true";
        return (await connection.AskAsync("GET", target, form: null, s_progressTime)).Answer?.Text
            ?? throw new IOException($"{member.Place.Name} did not list {Filled}");
    }

    private void Report(IReadOnlyList<HistoryOperation> history)
    {
        int Count(HistoryResult result) => history.Count(o => o.Result == result);
        TestContext.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{history.Count} operations, {AcknowledgedCount} writes acknowledged, {Count(HistoryResult.Unknown)} "
                + $"unknown, {Count(HistoryResult.Refused)} refused; {_watchers.Count(w => w.IsWhole)} watchers whole; "
                + $"{Cluster.Network?.LostCount} packets lost"));
    }
}
