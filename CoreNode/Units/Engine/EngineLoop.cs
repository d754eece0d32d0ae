using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;
using Microsoft.Extensions.Logging;

namespace CoreNode.Units.Engine;

/// <summary>
/// Places units while this process decides for the cluster's machines. In: the registry, the machines' leases. Out:
/// writes of the present term of office. What is decided lies in <see cref="EnginePlanner"/>; this loop waits for a
/// change, plans on a state that holds everything that it wrote before, and writes. At rest it does nothing. What
/// holds: no plan is made while a write of the one before may still come to pass.
/// </summary>
public sealed partial class EngineLoop
{
    // A lease may end, or a drain go on, without a change in the registry; both have a time of their own.
    private static readonly TimeSpan s_longestWait = TimeSpan.FromHours(1);

    // Changes nothing, and goes through the log after everything that was sent before.
    private static readonly KvSetOptions s_mark = new() { PreviousValue = RegistryValues.EngineVersion };

    private readonly ILeadership _leadership;
    private readonly RegistryFollower _registry;
    private readonly EngineOptions _options;
    private readonly EngineMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly DateTimeOffset _start;
    private readonly long _startTimestamp;
    private EnginePlanner _planner;
    private long _settledAt;

    /// <summary>Does nothing yet.</summary>
    /// <param name="leadership">Whether this process decides.</param>
    /// <param name="registry">What stands in the store; somebody else runs it.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="time">Clock.</param>
    /// <param name="metrics">Takes the figures.</param>
    /// <param name="loggers">Takes the decisions.</param>
    public EngineLoop(
        ILeadership leadership,
        RegistryFollower registry,
        EngineOptions options,
        TimeProvider time,
        MetricRegistry metrics,
        ILoggerFactory loggers)
    {
        _leadership = leadership;
        _registry = registry;
        _options = options;
        _planner = new EnginePlanner(options);
        _metrics = new EngineMetrics(metrics);
        _time = time;
        _log = loggers.CreateLogger<EngineLoop>();
        _start = time.GetUtcNow();
        _startTimestamp = time.GetTimestamp();
    }

    // Steps of the wall clock move nothing.
    private DateTimeOffset Now => _start + _time.GetElapsedTime(_startTimestamp);

    /// <summary>Decides whenever it is this process' turn, until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        ILeaderTerm? term = _leadership.Current;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                if (term is not null)
                    await RunTermAsync(term, cancellation);
                term = await _leadership.WaitForChangeAsync(term, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task RunTermAsync(ILeaderTerm term, CancellationToken cancellation)
    {
        using CancellationTokenSource source =
            CancellationTokenSource.CreateLinkedTokenSource(cancellation, term.Ended);
        LogTermBegins(term.Number);
        try
        {
            await SettleAsync(term, source.Token);
            await _registry.WaitForListingAsync(source.Token);
            _planner = new EnginePlanner(_options);
            EngineMemory memory = EngineMemory.Empty;
            while (!source.IsCancellationRequested)
                memory = await RoundAsync(term, memory, source.Token);
        }
        catch (OperationCanceledException) when (source.IsCancellationRequested)
        {
        }

        _metrics.Figures = EngineFigures.None;
        LogTermEnds(term.Number);
    }

    private async Task<EngineMemory> RoundAsync(ILeaderTerm term, EngineMemory memory, CancellationToken cancellation)
    {
        EngineFacts facts = FactsOf(term);
        if (term.AreLeasesKeys && facts.Lost.Count > 0 && _time.GetElapsedTime(_settledAt) >= _options.NewsAge)
        {
            // The follower may have lost its watch: a machine is given up by what stands in the store now.
            await SettleAsync(term, cancellation);
            facts = FactsOf(term);
        }

        long began = _time.GetTimestamp();
        EnginePlan plan = _planner.Plan(facts, memory);
        TimeSpan spent = _time.GetElapsedTime(began);
        _metrics.Planned(plan.Figures, spent);
        if (plan.Writes.Count > 0)
            await WriteAsync(term, plan.Writes, cancellation);
        else
            await WaitAsync(term, facts.Registry, plan.LookAgain, cancellation);

        // While much happens, planning takes a quarter of the time at most: changes are collected meanwhile.
        TimeSpan pause = spent * 3;
        pause = pause < _options.MinPause ? _options.MinPause : pause > _options.MaxPause ? _options.MaxPause : pause;
        await Task.Delay(pause, _time, cancellation);
        return plan.Memory;
    }

    private EngineFacts FactsOf(ILeaderTerm term)
    {
        RegistryState registry = _registry.Current;
        HashSet<string> lost = new(StringComparer.Ordinal);
        foreach (string machine in _planner.Machines(registry))
        {
            if (term.StateOf(machine) == MachineLeaseState.Expired)
                lost.Add(machine);
        }

        return new EngineFacts { Registry = registry, Lost = lost, Now = Now };
    }

    private async Task WriteAsync(ILeaderTerm term, IReadOnlyList<EngineWrite> writes, CancellationToken cancellation)
    {
        Outcomes outcomes = new();
        await EngineWriter.SendAsync(
            writes, term.Writes, _options.WritesInFlight, (write, outcome) => Take(outcomes, write, outcome),
            cancellation);
        cancellation.ThrowIfCancellationRequested();
        if (outcomes.IsUnknown)
        {
            // What the plan took from a machine may still stand there: the next one begins from the registry.
            _planner = new EnginePlanner(_options);
            await SettleAsync(term, cancellation);
        }
        else if (outcomes.Done > 0)
            await _registry.WaitForIndexAsync(outcomes.Index, cancellation);
        else
            await Task.Delay(_options.RetryPause, _time, cancellation);
    }

    private void Take(Outcomes outcomes, EngineWrite write, KvOutcome outcome)
    {
        switch (outcome)
        {
            case KvOutcome.Done done:
                // What units announced stands elsewhere: the registry never shows an index of that.
                bool isShown = write.Key.StartsWith(_registry.Current.Keys.Prefix + "/", StringComparison.Ordinal);
                outcomes.Add(isShown ? done.Change.Index : StoreIndex.Zero);
                _metrics.Wrote(write.Event);
                Tell(write.Event);
                break;
            case KvOutcome.Refused refused when !EngineWriter.IsUnknown(outcome):
                _metrics.Refused.Increment();
                LogRefused(write.Key, refused.Error.ToString());
                break;
            default:
                outcomes.IsUnknown = true;
                _metrics.Unknown.Increment();
                LogNotWritten(write.Key, outcome.ToString());
                break;
        }
    }

    // The mark goes through the log after everything that was sent before. So once the registry shows it, whatever of
    // that came to pass is there too. Without the key nobody uses units, and with another version somebody newer
    // decides: then there is nothing to wait for.
    private async Task SettleAsync(ILeaderTerm term, CancellationToken cancellation)
    {
        while (true)
        {
            _settledAt = _time.GetTimestamp();
            KvOutcome outcome = await term.Writes.SetAsync(
                _registry.Current.Keys.EngineVersion, RegistryValues.EngineVersion, s_mark, cancellation);
            cancellation.ThrowIfCancellationRequested();
            switch (outcome)
            {
                case KvOutcome.Done done:
                    await _registry.WaitForIndexAsync(done.Change.Index, cancellation);
                    return;
                case KvOutcome.Refused when !EngineWriter.IsUnknown(outcome):
                    return;
                default:
                    await Task.Delay(_options.RetryPause, _time, cancellation);
                    break;
            }
        }
    }

    private async Task WaitAsync(
        ILeaderTerm term, RegistryState registry, DateTimeOffset? lookAgain, CancellationToken cancellation)
    {
        if (registry.EngineVersion is null)
        {
            // Nobody uses units: whoever keeps the leases is not kept awake either.
            await _registry.WaitForChangeAsync(registry.Index, cancellation);
            return;
        }

        TimeSpan limit = lookAgain is { } at ? at - Now : s_longestWait;
        limit = limit > s_longestWait ? s_longestWait : limit;
        if (limit <= TimeSpan.Zero)
            return;
        using CancellationTokenSource waits = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task changed = _registry.WaitForChangeAsync(registry.Index, waits.Token);
        Task leases = term.WaitForChangeAsync(limit, waits.Token);
        await Task.WhenAny(changed, leases);
        await waits.CancelAsync();
        await EndAsync(changed);
        await EndAsync(leases);
        cancellation.ThrowIfCancellationRequested();
    }

    private static async Task EndAsync(Task wait)
    {
        try
        {
            await wait;
        }
        catch (OperationCanceledException)
        {
        }
    }

    // Of many writes at once: what is to be waited for.
    private sealed class Outcomes
    {
        private readonly Lock _gate = new(); // Index, Done

        public StoreIndex Index { get; private set; }

        public int Done { get; private set; }

        public volatile bool IsUnknown;

        public void Add(StoreIndex index)
        {
            lock (_gate)
            {
                Index = index > Index ? index : Index;
                Done++;
            }
        }
    }
}
