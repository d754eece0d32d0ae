using System.Threading.Channels;
using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Reboots.Desk;
using CoreNode.Reboots.Service.Ports;
using Microsoft.Extensions.Logging;

namespace CoreNode.Reboots.Service;

/// <summary>
/// Restarts this machine when that is wanted and may be: asks <see cref="RebootOrder"/> what follows from each thing
/// that happens, and does it by the ports. One loop owns the state and its file; a step is carried out beside it and
/// tells facts into its queue, and so do people. The order is always: decide, save, end the step before, begin the next
/// (docs/reboots.md, docs/decisions/0054).
/// </summary>
public sealed partial class RebootService : IRebootDesk
{
    private const int QueueLength = 64;
    private const string Stopping = "the node is stopping";

    private readonly RebootServiceOptions _options;
    private readonly RebootPorts _ports;
    private readonly Func<RebootSettings> _readSettings;
    private readonly TimeProvider _wall;
    private readonly TimeProvider _bootClock;
    private readonly ILogger _logger;
    private readonly RebootStateStore _store;
    private readonly Prng _chance;
    private readonly Channel<ServiceMessage> _queue = Channel.CreateBounded<ServiceMessage>(QueueLength);
    private RebootState _state = RebootState.Initial;
    private RebootSettings _settings = new();
    private RebootSettings _rules = new();
    private TimeSpan? _due;
    private TimeSpan _looked;
    private RunningStep? _step;
    private volatile RebootStatusView _status = new() { Reason = "reboots have not begun yet" };
    private volatile bool _hasBegun;
    private volatile string _unready = "reboots have not begun yet: their state is being read";

    /// <summary>A service that does nothing before <see cref="RunAsync"/>.</summary>
    /// <param name="options">How it works.</param>
    /// <param name="ports">What it does things by.</param>
    /// <param name="settings">The rules now; the same object as long as they are the same.</param>
    /// <param name="files">The disk of its state.</param>
    /// <param name="wall">The wall clock.</param>
    /// <param name="bootClock">The time since boot.</param>
    /// <param name="logger">Where it says what it does.</param>
    public RebootService(
        RebootServiceOptions options, RebootPorts ports, Func<RebootSettings> settings, IFiles files,
        TimeProvider wall, TimeProvider bootClock, ILogger<RebootService> logger)
    {
        _options = options;
        _ports = ports;
        _readSettings = settings;
        _wall = wall;
        _bootClock = bootClock;
        _logger = logger;
        _store = new RebootStateStore(files, options.Folder);
        _chance = new Prng(options.Seed);
    }

    /// <summary>
    /// The machine is about to restart, or may be (what its state says is not known yet): others do not count on it.
    /// True from before it looks at its cluster for the last time: of two that look at the same moment at least one
    /// sees the other so, and does not go. Any thread.
    /// </summary>
    public bool IsLeaving => !_hasBegun
        || _status.Stage is "admitted" or "leaving" or "warning" or "stopping" or "rebooting";

    /// <inheritdoc/>
    public RebootStatusView Status => _status;

    /// <summary>Where it counts what happens; null: nowhere.</summary>
    public RebootMetrics? Metrics { get; init; }

    private RebootMoment Now => new(_wall.GetUtcNow(), BootClock.Now(_bootClock));

    /// <inheritdoc/>
    public async Task<RebootWishResult> OrderAsync(RebootWish wish, CancellationToken cancellation)
    {
        if (_unready is { Length: > 0 } unready)
            return new RebootWishResult(Status, unready);
        if (FactOf(wish, out string problem) is not { } fact)
            return new RebootWishResult(Status, problem);

        TaskCompletionSource<RebootWishResult> reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return _queue.Writer.TryWrite(new ServiceMessage(fact, reply))
            ? await reply.Task.WaitAsync(cancellation)
            : new RebootWishResult(Status, "too many orders wait already: try again");
    }

    /// <summary>Runs until cancelled; what is under way is gone on with at the next start.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await BeginAsync(stop);
            while (true)
                await TurnAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The node stops.
        }
        finally
        {
            _unready = Stopping;
            _queue.Writer.TryComplete();
            if (_step is not null)
                await _step.DisposeAsync();
            while (_queue.Reader.TryRead(out ServiceMessage? message))
                message.Reply?.TrySetResult(new RebootWishResult(Status, Stopping));
        }
    }

    private static RebootFact? FactOf(RebootWish wish, out string problem)
    {
        problem = "";
        switch (wish.Kind)
        {
            case RebootWishKind.Now:
                return new RebootFact.Asked(wish.Reason, wish.IsOutageAccepted, wish.By);
            case RebootWishKind.AcceptOutage:
                return new RebootFact.OutageAccepted();
            case RebootWishKind.Cancel:
                return new RebootFact.Cancelled();
            case RebootWishKind.Strategy when wish.Strategy.Length == 0:
                return new RebootFact.StrategySet(null);
            case RebootWishKind.Strategy when RebootStrategies.Find(wish.Strategy) is { } strategy:
                return new RebootFact.StrategySet(strategy);
            case RebootWishKind.Strategy:
                problem = $"\"{wish.Strategy}\" is no strategy: say {string.Join(", ", RebootStrategies.Words)}";
                return null;
            case RebootWishKind.Windows or RebootWishKind.Group or RebootWishKind.Fuzz:
                RebootRule rule = wish.Kind switch
                {
                    RebootWishKind.Windows => RebootRule.Windows,
                    RebootWishKind.Group => RebootRule.Group,
                    _ => RebootRule.Fuzz,
                };
                return OrderedRules.Read(rule, wish.Value, out problem) is { } value
                    ? new RebootFact.RuleSet(rule, value)
                    : null;
            default:
                throw new ArgumentOutOfRangeException(nameof(wish), wish.Kind, "no such order");
        }
    }

    private async Task BeginAsync(CancellationToken stop)
    {
        RebootStateFile file = new(null, "");
        await InsistAsync(() => file = _store.Load(), stop);
        if (file.Problem.Length > 0)
            LogStateLost(file.Problem);
        _state = file.State ?? RebootState.Initial;
        await TakeAsync(new RebootFact.Started(_options.BootId, file.Problem.Length > 0), stop);
        _unready = "";
        _hasBegun = true;
        await LookAsync(stop);
    }

    private async Task TurnAsync(CancellationToken stop)
    {
        if (await NextAsync(stop) is { } message)
        {
            string refusal = await TakeAsync(message.Fact, stop);
            message.Reply?.TrySetResult(new RebootWishResult(Status, refusal));
            return;
        }

        if (Now.Uptime - _looked >= _options.Interval)
            await LookAsync(stop);
        if (_due <= Now.Uptime)
            await TakeAsync(new RebootFact.TimePassed(), stop);
    }

    private async Task LookAsync(CancellationToken stop)
    {
        _looked = Now.Uptime;
        RebootWant want = _ports.Wants.Now;
        if (!_state.Live.HasSeen || want != _state.Live.Seen)
            await TakeAsync(new RebootFact.WantSeen(want), stop);
        if (!ReferenceEquals(_readSettings(), _settings))
            await TakeAsync(new RebootFact.TimePassed(), stop);
        Metrics?.Look(_rules.NextWindow(Now.Wall.ToUnixTimeSeconds()));
    }

    // The next message; null when it is time to look.
    private async Task<ServiceMessage?> NextAsync(CancellationToken stop)
    {
        if (_queue.Reader.TryRead(out ServiceMessage? message))
            return message;
        TimeSpan look = _looked + _options.Interval;
        TimeSpan left = (_due < look ? _due.Value : look) - Now.Uptime;
        if (left > TimeSpan.Zero)
        {
            using CancellationTokenSource alarm = new(left, _bootClock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(alarm.Token, stop);
            try
            {
                await _queue.Reader.WaitToReadAsync(either.Token);
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                // The clock says what it is time for.
            }
        }

        stop.ThrowIfCancellationRequested();
        return _queue.Reader.TryRead(out message) ? message : null;
    }

    private async Task<string> TakeAsync(RebootFact fact, CancellationToken stop)
    {
        _settings = _readSettings();
        RebootState before = _state;
        RebootDecision decision = RebootOrder.Decide(before, fact, _settings, Now, _chance.NextUInt64());
        _state = decision.State;
        _rules = decision.Rules;
        _due = decision.Due;
        if (decision.IsSaveNeeded)
            await InsistAsync(() => _store.Save(decision.State), stop);
        Publish(decision);
        Metrics?.Take(before, _state);
        if (before.Stage != _state.Stage)
            LogStage(RebootNames.Stages[(int)_state.Stage], decision.Reason);
        await FollowAsync(decision.Step);
        return decision.Refusal;
    }

    private void Publish(RebootDecision decision)
    {
        RebootStatusView view = RebootViews.Of(decision) with { Number = _status.Number };
        if (view != _status)
            _status = view with { Number = view.Number + 1 };
    }

    private async Task InsistAsync(Action disk, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                disk();
                return;
            }
            catch (IOException fault)
            {
                LogNotSaved(fault.Message);
                _status = _status with
                {
                    Number = _status.Number + 1,
                    Reason = $"nothing is done before the state can be kept: {fault.Message}",
                };
            }

            await Task.Delay(_options.Pause, _bootClock, stop);
        }
    }

    private async Task FollowAsync(RebootStep step)
    {
        if (_step?.Number == step.Number)
            return;
        if (_step is not null)
            await _step.DisposeAsync();
        _step = RunningStep.Begin(step.Number, end => WorkAsync(step, end));
    }

    // Never fails: what goes wrong is a fact.
    private async Task WorkAsync(RebootStep step, CancellationToken end)
    {
        // The loop goes on at once.
        await Task.Yield();
        try
        {
            if (step.NotBefore is { } notBefore && notBefore - Now.Uptime is { Ticks: > 0 } wait)
                await Task.Delay(wait, _bootClock, end);
            if (step.Kind != RebootStepKind.Wait)
                await _queue.Writer.WriteAsync(new ServiceMessage(await DoAsync(step, end)), end);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Another step takes its place.
        }
        catch (Exception fault) when (fault is not ChannelClosedException)
        {
            if (fault is IOException)
                LogStepFailed(step.Kind, fault.Message);
            else
                LogStepBroke(fault, step.Kind);
            _ = _queue.Writer.TryWrite(new ServiceMessage(new RebootFact.StepFailed(step.Number, fault.Message)));
        }
        catch (ChannelClosedException)
        {
            // The node stops.
        }
    }

    private async Task<RebootFact> DoAsync(RebootStep step, CancellationToken end)
    {
        void Tell(string text) => _queue.Writer.TryWrite(new ServiceMessage(new RebootFact.Told(step.Number, text)));
        switch (step.Kind)
        {
            case RebootStepKind.Look:
                return new RebootFact.Looked(step.Number, await _ports.Quorum.LookAsync(step.IsLast, end));
            case RebootStepKind.Warn:
                return new RebootFact.Warned(step.Number, await _ports.Logins.WarnAsync(step.Why, step.Limit, end));
            case RebootStepKind.Judge:
                GateLook look = await _ports.Gate.LookAsync(end);
                return new RebootFact.Judged(step.Number, look.Verdict, look.Why);
            case RebootStepKind.TakeLock:
                await _ports.Lock.TakeAsync(step.Group, step.Why, Tell, end);
                break;
            case RebootStepKind.MoveLeader:
                await _ports.Leadership.MoveAwayAsync(end);
                break;
            case RebootStepKind.Cordon:
                await _ports.Drain.CordonAsync(step.Why, end);
                break;
            case RebootStepKind.Drain:
                await DrainAsync(step, Tell, end);
                break;
            case RebootStepKind.Sync:
                await _ports.Restart.SyncAsync(end);
                break;
            case RebootStepKind.Restart:
                await _ports.Restart.RestartAsync(step.By, end);
                if (_ports.Restart.Note is { Length: > 0 } note)
                    Tell(note);
                break;
            case RebootStepKind.Uncordon:
                await _ports.Drain.UncordonAsync(end);
                break;
            case RebootStepKind.Release:
                await _ports.Lock.ReleaseAsync(step.Group, end);
                if (step.IsEverywhere)
                    await _ports.Lock.ReleaseEverywhereAsync(end);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(step), step.Kind, "nothing to do");
        }

        return new RebootFact.Done(step.Number);
    }

    private async Task DrainAsync(RebootStep step, Action<string> told, CancellationToken end)
    {
        long begun = _bootClock.GetTimestamp();
        bool isDone = false;
        try
        {
            await _ports.Drain.DrainAsync(step.Why, step.Limit, told, end);
            isDone = true;
        }
        finally
        {
            Metrics?.Drained(isDone, _bootClock.GetElapsedTime(begun));
        }
    }
}
