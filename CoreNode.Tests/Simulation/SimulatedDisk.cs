using CoreNode.Cluster;
using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Wal;

namespace CoreNode.Tests.Simulation;

/// <summary>
/// The log's thread, simulated: takes all that waits, writes it by one call, syncs once, reports. Writing and syncing
/// happen at different times, so a crash finds written data unsynced. Knows what is truly durable, whatever is
/// reported.
/// </summary>
internal sealed class SimulatedDisk : ILogWriter, IDisposable
{
    private const long IdleDelay = SimulationPlan.Second;

    private readonly SimulatedWorld _world;
    private readonly SimulationPlan _plan;
    private readonly SimulatedProcess _process;
    private readonly WalLog _log;
    private readonly List<WalAppend> _arrived = [];
    private long _appendNumber;
    private bool _mustSync;
    private bool _isBusy;
    private bool _isIdlePlanned;
    private long _activity;

    public SimulatedDisk(SimulatedWorld world, SimulationPlan plan, SimulatedProcess process, WalLog log, RaftNode raft)
    {
        _world = world;
        _plan = plan;
        _process = process;
        _log = log;
        DurableIndex = raft.PersistedIndex;
        DurableTerm = raft.Term;
        DurableVote = raft.Status().Vote;
        _world.After(IdleDelay, () => Guard(() => _log.PrepareNext()));
    }

    /// <summary>The log is durable up to here, truly.</summary>
    public LogIndex DurableIndex { get; private set; }

    /// <summary>The term on disk.</summary>
    public Term DurableTerm { get; private set; }

    /// <summary>The vote on disk.</summary>
    public NodeId DurableVote { get; private set; }

    /// <inheritdoc/>
    public long Append(WalAppend append)
    {
        if (_plan.Bug == PlantedBug.ForgetsVote && append.HardState is { } state)
            append = append with { HardState = state with { Vote = NodeId.None } };
        if (_plan.Bug == PlantedBug.ForgetsSnapshotIndex)
            append = append with { StartAfter = LogIndex.Zero };
        _arrived.Add(append);
        _mustSync |= append.MustSync;
        _activity++;
        _appendNumber++;
        if (_plan.Bug == PlantedBug.PromisesEarly)
            _process.Post(new LogPersisted(_appendNumber));
        if (_mustSync && !_isBusy)
        {
            _isBusy = true;
            _world.After(20_000, Write);
        }
        else if (!_isIdlePlanned)
        {
            _isIdlePlanned = true;
            PlanIdle();
        }

        return _appendNumber;
    }

    /// <inheritdoc/>
    public void ReleaseBefore(LogIndex index) => _world.After(SimulationPlan.Millisecond, () => Guard(() =>
    {
        _log.ReleaseBefore(index);
        _log.PrepareNext();
    }));

    /// <inheritdoc/>
    public void Dispose() => _log.Dispose();

    private void Write() => Guard(() =>
    {
        WalAppend[] batch = [.. _arrived];
        long number = _appendNumber;
        _arrived.Clear();
        _mustSync = false;
        _log.Write(batch);
        long time = _process.Member.DrawSync();
        _world.After(time, () => Sync(batch, number));
        if (_process.Member.MustCrashInSync)
            _world.After(time / 2, () => Guard(() => _process.Member.Crash(isPowerCut: true)));
    });

    private void Sync(WalAppend[] batch, long number) => Guard(() =>
    {
        long hangs = _process.Member.DiskHangsUntil - _world.Now;
        if (hangs > 0)
        {
            _world.After(hangs, () => Sync(batch, number));
            return;
        }

        bool skips = _plan.Bug == PlantedBug.SkipsPersist && _world.Chance.Chance(0.2);
        if (!skips)
        {
            _log.Sync();
            foreach (WalAppend append in batch)
                NoteDurable(append);
        }

        _process.Post(new LogPersisted(number));
        if (_log.NeedsPreparation)
            _world.After(2 * SimulationPlan.Millisecond, () => Guard(() => _log.PrepareNext()));
        _isBusy = _mustSync;
        if (_isBusy)
            Write();
        else if (!_isIdlePlanned)
        {
            _isIdlePlanned = true;
            PlanIdle();
        }
    });

    private void NoteDurable(WalAppend append)
    {
        if (append.StartAfter > LogIndex.Zero)
            DurableIndex = append.StartAfter;
        if (append.Entries.Count > 0)
            DurableIndex = append.Entries[^1].Index;
        if (append.HardState is { } state)
            (DurableTerm, DurableVote) = (state.Term, state.Vote);
    }

    // A quiet second: what needs no sync is written, or else the note of what is durable.
    private void PlanIdle()
    {
        long activity = _activity;
        _world.After(IdleDelay, () => Guard(() =>
        {
            _isIdlePlanned = false;
            if (_isBusy)
                return;
            if (activity != _activity)
            {
                _isIdlePlanned = true;
                PlanIdle();
            }
            else if (_arrived.Count > 0)
            {
                _log.Write(_arrived);
                _arrived.Clear();
            }
            else
                _log.MarkDurable();
        }));
    }

    private void Guard(Action work) => _process.RunThread(work);
}
