using System.Threading.Channels;
using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Store;
using CoreNode.Units.Manager;
using CoreNode.Units.Registry;
using Microsoft.Extensions.Logging;

namespace CoreNode.Units.Agent;

/// <summary>
/// Has this machine's units run as the schedule says, and tells the store how they are (docs/decisions/0028). It
/// sleeps until units are used in the cluster. It follows its own part of the schedule only, keeps the machine's lease,
/// and arms the guard of singletons. What is decided, <see cref="AgentCore"/> decides; this is the loop around it: one
/// owner of the core, a queue of what happens, and steps that run beside it.
/// </summary>
public sealed partial class UnitAgent : IScheduleListener
{
    private const int QueueLength = 1024;

    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_cleaning = TimeSpan.FromSeconds(2);

    private readonly AgentOptions _options;
    private readonly IKvClient _store;
    private readonly IUnitManager _manager;
    private readonly IMachineLease _lease;
    private readonly TimeProvider _time;
    private readonly long _begunAt;
    private readonly Func<TimeSpan> _bootTime;
    private readonly AgentMetrics _metrics;
    private readonly ILogger _log;
    private readonly StepRunner _runner;
    private readonly AgentNotes _notes;
    private readonly AgentCore _core;
    private readonly Channel<Action<TimeSpan>> _queue = Channel.CreateBounded<Action<TimeSpan>>(
        new BoundedChannelOptions(QueueLength) { SingleReader = true });

    private readonly Lock _gate = new(); // _changed, _isAnyChanged
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private readonly HashSet<Task> _running = [];
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _notRenewing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isAnyChanged;
    private volatile bool _isFollowed = true;
    private LeaseGrantKind? _lastGrant;
    private TimeSpan _answeredSent;
    private bool _isAwake;

    /// <summary>Reads the notes; does nothing yet.</summary>
    /// <param name="options">Who the agent is.</param>
    /// <param name="store">The store.</param>
    /// <param name="manager">What runs units here; started and ended by <see cref="RunAsync"/>'s caller's wish.</param>
    /// <param name="guard">What kills singletons at the end of the lease.</param>
    /// <param name="lease">How the machine shows that it is there.</param>
    /// <param name="probe">How health is found out.</param>
    /// <param name="files">The disk.</param>
    /// <param name="time">Timers; such as go on while the machine sleeps.</param>
    /// <param name="bootTime">CLOCK_BOOTTIME.</param>
    /// <param name="metrics">Its figures.</param>
    /// <param name="loggers">Where to log.</param>
    public UnitAgent(
        AgentOptions options, IKvClient store, IUnitManager manager, IUnitGuard guard, IMachineLease lease,
        IHealthProbe probe, IFiles files, TimeProvider time, Func<TimeSpan> bootTime, AgentMetrics metrics,
        ILoggerFactory loggers)
    {
        _options = options;
        _store = store;
        _manager = manager;
        _lease = lease;
        _time = time;
        _begunAt = time.GetUtcNow().ToUnixTimeMilliseconds();
        _bootTime = bootTime;
        _metrics = metrics;
        _log = loggers.CreateLogger<UnitAgent>();
        _runner = new StepRunner(options, store, manager, guard, probe, lease.IsRegistration);
        _notes = new AgentNotes(files, options.Folder, options.BootId);
        _core = new AgentCore(options.Machine.Id, _notes.Read(), _notes.ReadLease());
    }

    private LeaseRenewal Renewal => new(_options.Machine.Id, _options.Instance, _options.Lease)
    {
        Process = _begunAt,
        Registration = RegistryValues.WriteMachine(_options.Machine),
    };

    /// <summary>
    /// Runs until cancelled. Units are left as they are then: the next process of this node takes them over.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _manager.Changed += OnChanged;
        try
        {
            Task[] loops =
            [
                PlanAsync(end.Token), ConnectAsync(end.Token), FollowAsync(end.Token),
            ];
            // Whichever ends first ends them all: an agent that does half of its work is worse than one that is away.
            Task first = await Task.WhenAny(loops);
            await end.CancelAsync();
            await Task.WhenAll([.. loops, .. _running]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await first;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Asked for.
        }
        finally
        {
            _manager.Changed -= OnChanged;
        }
    }

    /// <summary>
    /// The machine leaves the cluster, while <see cref="RunAsync"/> runs: all units are stopped, at the latest after
    /// <paramref name="limit"/> by force, what stands of them in the store is removed, and the lease is given back, so
    /// that they are placed elsewhere at once.
    /// </summary>
    public async Task LeaveAsync(TimeSpan limit, CancellationToken cancellation)
    {
        await _queue.Writer.WriteAsync(
            _ =>
            {
                LogLeaving(_core.Units.Count);
                _core.Leave();
            },
            cancellation);
        try
        {
            await _stopped.Task.WaitAsync(limit, _time, cancellation);
        }
        catch (TimeoutException)
        {
            await KillAllAsync(cancellation);
        }

        // What stands in the store is removed if the store is there: others do it once the lease is over.
        await Task.WhenAny(_gone.Task, Task.Delay(s_cleaning, _time, cancellation));

        _left.TrySetResult();
        if (!_isAwake)
            return;
        using CancellationTokenSource brief = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        brief.CancelAfter(s_again * 3);
        try
        {
            await _notRenewing.Task.WaitAsync(brief.Token);
            await ForgetLeaseAsync(brief.Token);
            await RegistrationRemoval.RunAsync(_store, _options, brief.Token);
            await _lease.ReleaseAsync(Renewal, brief.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The store is away: the lease ends by itself.
        }
    }

    void IScheduleListener.Listed(IReadOnlyList<ScheduleEntry> entries, StoreIndex index)
    {
        _isFollowed = true;
        Post(now =>
        {
            _core.Listed(entries, index, now);
            _core.Repair();
        });
    }

    void IScheduleListener.Changed(string unit, ScheduleEntry? entry, StoreIndex index)
    {
        _isFollowed = true;
        Post(now => _core.Changed(unit, entry, index, now));
    }

    void IScheduleListener.Damaged(string unit) => LogDamaged(unit);

    void IScheduleListener.NotFollowed(string reason)
    {
        if (_isFollowed)
            LogNotFollowed(reason);
        _isFollowed = false;
    }

    // The queue is bounded by what can happen at once; whoever cannot put into it waits in its own task.
    private void Post(Action<TimeSpan> happening)
    {
        if (!_queue.Writer.TryWrite(happening))
            Track(_queue.Writer.WriteAsync(happening).AsTask());
    }

    private async Task PlanAsync(CancellationToken cancellation)
    {
        using ITimer timer = _time.CreateTimer(
            _ => _queue.Writer.TryWrite(static _ => { }), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Post(now => _core.ManagerSeen(_manager.IsConnected, _manager.Units, now));
        while (await _queue.Reader.WaitToReadAsync(cancellation))
        {
            while (_queue.Reader.TryRead(out Action<TimeSpan>? happening))
                happening(_bootTime());
            TakeChanges();
            TimeSpan now = _bootTime();
            AgentReady ready = _core.Plan(now);
            foreach (UnitFacts unit in ready.Notes)
                Keep(unit);
            foreach (AgentStep step in ready.Steps)
                Track(StepAsync(step, cancellation));
            if (_core.IsStopped)
                _stopped.TrySetResult();
            if (_core.IsGone)
                _gone.TrySetResult();
            _metrics.Figures = _core.Measure(now);
            TimeSpan wait = ready.WakeAt is { } wake ? wake - _bootTime() : Timeout.InfiniteTimeSpan;
            timer.Change(
                ready.WakeAt is not null && wait < TimeSpan.Zero ? TimeSpan.Zero : wait, Timeout.InfiniteTimeSpan);
        }
    }

    private void Track(Task task)
    {
        lock (_running)
        {
            _running.RemoveWhere(static running => running.IsCompleted);
            _running.Add(task);
        }
    }

    private async Task StepAsync(AgentStep step, CancellationToken cancellation)
    {
        _metrics.Began(step.Kind);
        StepOutcome outcome;
        try
        {
            outcome = await _runner.RunAsync(step, cancellation);
        }
        finally
        {
            _metrics.Ended(step.Kind);
        }

        await _queue.Writer.WriteAsync(now => Complete(outcome, now), cancellation);
    }

    private void Complete(StepOutcome outcome, TimeSpan now)
    {
        AgentStep step = outcome.Step;
        if (step.Unit.Length > 0)
            _core.Observed(step.Unit, _manager.Units.GetValueOrDefault(step.Unit), now);
        _core.Completed(outcome, now);
        Tell(outcome);
        if (step.Kind is StepKind.Arm or StepKind.ReadFloor && outcome.Result == StepResult.Done)
            KeepLease();
    }

    private void Tell(StepOutcome outcome)
    {
        _metrics.Told(outcome);
        AgentStep step = outcome.Step;
        bool isDone = outcome.Result == StepResult.Done;
        switch (step.Kind)
        {
            case StepKind.Check or StepKind.Publish when isDone:
            case StepKind.Arm or StepKind.ReadFloor or StepKind.Register or StepKind.Fetch when isDone:
            case StepKind.Check:
                break;
            case StepKind.Arm:
                LogNotArmed(outcome.Reason);
                break;
            case StepKind.ReadFloor or StepKind.Register:
                LogMachineStepFailed(step.Kind, outcome.Reason);
                break;
            case StepKind.Start or StepKind.Restart when !isDone && outcome.Job is { } job && job.Result != "gone":
                LogNotStarted(step.Unit, job.Result, job.Reason);
                break;
            default:
                if (isDone)
                    LogStep(step.Kind, step.Unit);
                else if (outcome.Result == StepResult.Failed)
                    LogStepFailed(step.Kind, step.Unit, outcome.Reason);
                break;
        }
    }

    private void Keep(UnitFacts unit)
    {
        try
        {
            _notes.Keep(unit.Name, unit.Note);
        }
        catch (IOException fault)
        {
            LogNoteNotKept(unit.Name, _options.Folder, fault.Message);
        }
    }

    // Only what the guard was armed with: a process that starts meanwhile must not think that it holds longer.
    private void KeepLease()
    {
        try
        {
            if (_left.Task.IsCompleted)
                _notes.ForgetLease();
            else if (_core.ArmedLease is { } lease)
                _notes.Keep(lease);
        }
        catch (IOException fault)
        {
            LogNoteNotKept("", _options.Folder, fault.Message);
        }
    }

    // The next process begins with a lapse, however soon it starts: what it finds claimed may be given away by then.
    private async Task ForgetLeaseAsync(CancellationToken cancellation)
    {
        TaskCompletionSource forgotten = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await _queue.Writer.WriteAsync(
            _ =>
            {
                KeepLease();
                forgotten.TrySetResult();
            },
            cancellation);
        await forgotten.Task.WaitAsync(cancellation);
    }

    private void OnChanged(string? unit)
    {
        lock (_gate)
        {
            _isAnyChanged |= unit is null;
            if (unit is not null)
                _changed.Add(unit);
        }

        // A full queue will be read anyway.
        _queue.Writer.TryWrite(static _ => { });
    }

    private void TakeChanges()
    {
        string[] changed;
        bool isAny;
        lock (_gate)
        {
            isAny = _isAnyChanged;
            changed = [.. _changed];
            _isAnyChanged = false;
            _changed.Clear();
        }

        TimeSpan now = _bootTime();
        if (isAny)
            _core.ManagerSeen(_manager.IsConnected, _manager.Units, now);
        IReadOnlyDictionary<string, UnitObservation> units = _manager.Units;
        foreach (string unit in changed)
            _core.Observed(unit, units.GetValueOrDefault(unit), now);
    }

    private async Task ConnectAsync(CancellationToken cancellation)
    {
        bool isTold = false;
        while (true)
        {
            try
            {
                await _manager.StartAsync(cancellation);
                break;
            }
            catch (UnitManagerException fault)
            {
                if (!isTold)
                    LogManagerAway(fault.Message);
                isTold = true;
            }

            await Task.Delay(s_again, _time, cancellation);
        }

        OnChanged(null);
        await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellation);
    }

    private async Task FollowAsync(CancellationToken cancellation)
    {
        ScheduleFollower follower = new(_store, _options.Keys, _options.Machine.Id, _time, this);
        await follower.WaitUntilUsedAsync(cancellation);
        LogAwake(_options.Machine.Id);
        _isAwake = true;
        Task[] loops =
        [
            RenewAsync(cancellation), AdoptAnnouncedAsync(cancellation), follower.FollowAsync(cancellation),
        ];
        foreach (Task loop in loops)
            Track(loop);
        await await Task.WhenAny(loops);
    }

    // What an earlier process of this node announced is known before it is decided what is to stand.
    private async Task AdoptAnnouncedAsync(CancellationToken cancellation)
    {
        KvGetOptions options = new() { IsRecursive = true, IsQuorum = true };
        while (true)
        {
            KvOutcome answer = await _store.GetAsync(
                _options.Keys.Announced(_options.Machine.Id), options, cancellation);
            if (answer is KvOutcome.Done done)
            {
                Post(_ => Adopt(done.Change.Node));
                break;
            }

            if (answer is KvOutcome.Refused { Error: var error } && error.Is(ErrorCode.KeyNotFound))
                break;
            await Task.Delay(s_again, _time, cancellation);
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellation);
    }

    private void Adopt(KvNode directory)
    {
        foreach (KvNode node in directory.Nodes)
        {
            if (RegistryValues.ReadAnnounced(node.Value ?? "") is { } keys)
                _core.AnnouncedBefore(node.Key[(directory.Key.Length + 1)..], keys);
        }
    }

    private async Task RenewAsync(CancellationToken cancellation)
    {
        LeaseKeeper keeper = new(
            _lease, Renewal, _time, _bootTime,
            (grant, sent, giveUp) => _queue.Writer.WriteAsync(now => Take(grant, sent, now), giveUp));
        await keeper.RunAsync(_left.Task, cancellation);
        _notRenewing.TrySetResult();
        await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellation);
    }

    private void Take(LeaseGrant grant, TimeSpan sent, TimeSpan now)
    {
        // A later question was answered meanwhile: that this one was not means nothing.
        if (grant.Kind == LeaseGrantKind.Unreachable && sent < _answeredSent)
            return;
        _answeredSent = grant.Kind != LeaseGrantKind.Unreachable && sent > _answeredSent ? sent : _answeredSent;
        int lapses = _core.Lease.Lapses;
        _core.Renewed(grant, _options.Lease, sent, now);
        if (_core.Lease.Lapses > lapses && lapses > 0)
        {
            _metrics.Lapsed();
            LogLapse();
        }

        bool isNews = grant.Kind != _lastGrant;
        bool wasGood = _lastGrant is null or LeaseGrantKind.Granted or LeaseGrantKind.NoLeader;
        _lastGrant = grant.Kind;
        if (!isNews)
            return;
        switch (grant.Kind)
        {
            case LeaseGrantKind.Duplicate:
                LogDuplicate(_options.Machine.Id, grant.Reason);
                break;
            case LeaseGrantKind.Unreachable:
                double left = Math.Max(0, (_core.Lease.StopAt - now).TotalSeconds);
                LogNotRenewed(grant.Reason, Math.Round(left, 1));
                break;
            default:
                if (!wasGood)
                    LogRenewed(grant.Kind);
                break;
        }
    }

    private async Task KillAllAsync(CancellationToken cancellation)
    {
        foreach (KeyValuePair<string, UnitObservation> unit in _manager.Units)
        {
            if (unit.Value.States.Active is "inactive" or "failed")
                continue;
            LogKilled(unit.Key);
            try
            {
                await _manager.KillAsync(unit.Key, cancellation);
            }
            catch (UnitManagerException fault)
            {
                LogStepFailed(StepKind.Kill, unit.Key, fault.Message);
            }
        }
    }
}
