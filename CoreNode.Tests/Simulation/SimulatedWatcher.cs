using System.Text;
using CoreNode.Cluster;
using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Tests.Histories;

namespace CoreNode.Tests.Simulation;

/// <summary>
/// A client that wants to hear of every change of a key. As a stream, it begins anew at each connection; with single
/// answers, it goes on at the index after the last one, at whichever member, and must not miss any.
/// </summary>
internal sealed class SimulatedWatcher
{
    private readonly SimulatedCluster _cluster;
    private readonly SimulatedWorld _world;
    private readonly Prng _chance;
    private readonly string _name;
    private readonly string _key;
    private readonly bool _isRecursive;
    private readonly bool _isStream;
    private readonly List<WatchRun> _runs = [];
    private List<WatchedChange> _changes = [];
    private SimulatedProcess? _process;
    private AddWatch? _watch;
    private ulong _since;
    private ulong _runSince;
    private long _connection;

    public SimulatedWatcher(SimulatedCluster cluster, int number)
    {
        _cluster = cluster;
        _world = cluster.World;
        _chance = new Prng(cluster.Plan.Seed).Child($"watcher {number}");
        _isRecursive = _chance.Chance(0.5);
        _isStream = number % 2 == 1;
        _key = _isRecursive ? "/" : $"/k{_chance.Next(cluster.Plan.Keys)}";
        _name = $"watcher {number}";
    }

    /// <summary>What it was told, once all has come to rest.</summary>
    /// <param name="last">The last index of the cluster: a single-answer watcher must have come so far.</param>
    public IReadOnlyList<WatchRun> Runs(ulong last)
    {
        EndRun(_isStream ? 0 : last);
        return _runs;
    }

    /// <summary>True once everything up to there has been told, as far as that can be known.</summary>
    public bool IsWaitingAt(ulong index) =>
        _isStream || (_watch is { Completion.Task.IsCompleted: true } && _process?.Core.Published.Index.Value >= index);

    /// <summary>Connects to any member.</summary>
    public void Connect()
    {
        // Not at those that left for good: among many of them it would not catch up.
        SimulatedMember[] there = [.. _cluster.Members.Where(static one => one.IsWanted)];
        SimulatedMember member = there[_chance.Next(there.Length)];
        if (member.Process is not { } process || member.PausedUntil > _world.Now)
        {
            Retry();
            return;
        }

        if (_isStream)
        {
            EndRun(0);
            _since = _runSince = 0;
        }

        _process = process;
        _watch = process.Watch(new WatchRequest(Encoding.UTF8.GetBytes(_key), _isRecursive, _isStream, _since));
        long connection = ++_connection;
        _world.After((2 + _chance.Next(8)) * SimulationPlan.Second, () =>
        {
            // Nothing for a long time, or enough of this member.
            if (connection == _connection && _watch is not null)
                Disconnect();
        });
    }

    /// <summary>A process has done a round: perhaps there is something to hear.</summary>
    public void RoundEnded(SimulatedProcess process)
    {
        if (process != _process || _watch is not { Completion.Task.IsCompleted: true } watch)
            return;
        WatchOutcome outcome = watch.Completion.Task.Result;
        if (outcome.Error is { } error)
        {
            // The history does not reach back so far: as a client would, it takes the present for its new beginning.
            if (error.Code == ErrorCode.EventIndexCleared)
            {
                EndRun(0);
                _since = _runSince = process.Core.Published.Index.Value + 1;
                Probe.Hit("simulation.watch-begins-anew");
            }

            Leave();
            return;
        }

        if (_since == 0)
            _since = _runSince = outcome.Watch!.StartIndex.Value + 1;
        while (outcome.Watch!.TryRead(out KeyEvent? change))
        {
            if (_cluster.Plan.Bug != PlantedBug.LosesEvents || !_chance.Chance(0.05))
                _changes.Add(WatchedChanges.Of(change));
            _since = change.Index.Value + 1;
            _world.Trace.Note(6, change.Index.Value);
            if (_isStream)
                continue;
            Leave(isServed: true);
            return;
        }

        if (outcome.Watch.IsDropped)
            Disconnect();
    }

    /// <summary>A process is gone.</summary>
    public void ProcessEnded(SimulatedProcess process)
    {
        if (process != _process)
            return;
        Leave();
    }

    private void Disconnect()
    {
        if (_watch is { } watch && _process is { HasEnded: false } process)
            process.Post(new RemoveWatch(watch.Queue));

        Leave();
    }

    private void Leave(bool isServed = false)
    {
        _watch = null;
        _process = null;
        _connection++;
        Retry(isServed);
    }

    // With an answer it goes on at once, or it would never catch up; without one it waits a moment.
    private void Retry(bool isServed = false) => _world.After(
        (1 + _chance.Next(isServed ? 5 : 100)) * SimulationPlan.Millisecond, () =>
    {
        if (_watch is null)
            Connect();
    });

    private void EndRun(ulong completeUpTo)
    {
        _runs.Add(new WatchRun
        {
            Watcher = _name,
            Key = _key,
            IsRecursive = _isRecursive,
            IsStream = _isStream,
            Since = _runSince,
            CompleteUpTo = completeUpTo,
            Changes = _changes,
        });
        _changes = [];
    }
}
