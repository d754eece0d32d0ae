using System.Threading.Channels;
using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Updates.Client.Ports;
using CoreNode.Updates.Desk;
using CoreNode.Updates.Lifecycle;
using Microsoft.Extensions.Logging;

namespace CoreNode.Updates.Client;

/// <summary>
/// Updates this machine: asks <see cref="UpdateLifecycle"/> what follows from each thing that happens, and does it by
/// the ports. One loop owns the state and its file; a step is carried out beside it and tells facts into its queue, and
/// so do those who order something. The order is always: decide, save, end the step before, begin the next
/// (docs/updates-lifecycle.md, docs/decisions/0047).
/// </summary>
public sealed partial class UpdateClient : IUpdateDesk
{
    private const int QueueLength = 64;
    private const string Stopping = "the node is stopping";

    private readonly UpdateClientOptions _options;
    private readonly UpdatePorts _ports;
    private readonly TimeProvider _wall;
    private readonly TimeProvider _bootClock;
    private readonly ILogger _logger;
    private readonly UpdateStateStore _store;
    private readonly StepRunner _runner;
    private readonly StatusBoard _board = new();
    private readonly OwnThread _disk;
    private readonly Prng _chance;
    private readonly Channel<ClientMessage> _queue = Channel.CreateBounded<ClientMessage>(QueueLength);
    private readonly Queue<UpdateFact> _own = new();
    private UpdateState _state = UpdateState.Initial;
    private TimeSpan? _due;
    private ServerSettings _settings = new();
    private TimeSpan _settingsRead;
    private ActiveStep? _step;
    private OutboxSender? _sender;
    private HoldWatch? _holds;
    private long _triedUpTo;
    private long _reportTried = -1;
    private bool _isFirst = true;
    private volatile IReadOnlyList<BadVersion> _badVersions = [];
    private volatile string _unready = "updates have not begun yet: the slots of this machine are being read";

    /// <summary>A client that does nothing before <see cref="RunAsync"/>.</summary>
    /// <param name="options">How it works.</param>
    /// <param name="ports">What it does things by.</param>
    /// <param name="files">The disk of its state.</param>
    /// <param name="wall">The wall clock.</param>
    /// <param name="bootClock">The time since boot.</param>
    /// <param name="logger">Where it says what it does.</param>
    public UpdateClient(
        UpdateClientOptions options, UpdatePorts ports, IFiles files, TimeProvider wall, TimeProvider bootClock,
        ILogger<UpdateClient> logger)
    {
        _options = options;
        _ports = ports;
        _wall = wall;
        _bootClock = bootClock;
        _logger = logger;
        _store = new UpdateStateStore(files, options.Folder);
        _chance = new Prng(options.Seed);
        _disk = new OwnThread(options.HasNoThreads);
        _runner = new StepRunner(ports, options, bootClock, TellAsync);
        _board.Refuse(_unready);
    }

    /// <inheritdoc/>
    public UpdateStatusView Status => _board.Status;

    /// <inheritdoc/>
    public UpdateHistoryView History => _board.History;

    /// <summary>Versions that went back here and are not taken again. Any thread.</summary>
    public IReadOnlyList<BadVersion> BadVersions => _badVersions;

    private Moment Now => new(_wall.GetUtcNow(), BootClock.Now(_bootClock));

    /// <inheritdoc/>
    public Task<UpdateStatusView> WaitForChangeAsync(long known, CancellationToken cancellation) =>
        _board.WaitForChangeAsync(known, cancellation);

    /// <inheritdoc/>
    public async Task<UpdateOrderResult> OrderAsync(UpdateOrder order, CancellationToken cancellation)
    {
        if (_unready is { Length: > 0 } unready)
            return new UpdateOrderResult(Status, unready);
        TaskCompletionSource<UpdateOrderResult> reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return _queue.Writer.TryWrite(new ClientMessage.Ordered(order, reply))
            ? await reply.Task.WaitAsync(cancellation)
            : new UpdateOrderResult(Status, "too many orders wait already: try again");
    }

    /// <summary>Runs until cancelled; what is under way is ended then, and gone on with at the next start.</summary>
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
            await EndAsync();
        }
    }

    private async Task BeginAsync(CancellationToken stop)
    {
        ReadSettings();
        LoadedState loaded = await InsistAsync(() => _disk.RunAsync(_store.Load), LogNotSaved, stop);
        if (loaded.Problem.Length > 0)
            LogStateProblem(loaded.Problem);
        _state = loaded.State;
        BootFacts boot = await InsistAsync(() => _disk.RunAsync(_ports.Slots.Read), NotReady, stop);
        LogStarted(boot.Version, boot.Slot, boot.OtherSlot);
        await TakeAsync(new UpdateFact.Started(boot), stop);
        _ports.Reboot.Announce(_state.IsMarkerWanted);
        _unready = "";
    }

    private void NotReady(string reason)
    {
        LogNoSlots(reason);
        _unready = $"the slots of this machine cannot be read: {reason}";
        _board.Refuse(_unready);
    }

    private async Task TurnAsync(CancellationToken stop)
    {
        if (_own.TryDequeue(out UpdateFact? own))
        {
            await TakeAsync(own, stop);
            return;
        }

        switch (await NextAsync(stop))
        {
            case null:
                ReadSettings();
                await TakeAsync(new UpdateFact.TimePassed(), stop);
                break;
            case ClientMessage.Happened happened:
                await TakeAsync(happened.Fact, stop);
                break;
            case ClientMessage.Ordered ordered:
                await ObeyAsync(ordered, stop);
                break;
            case ClientMessage.SendingEnded ended:
                await SendingEndedAsync(ended.Failure, stop);
                break;
            default:
                throw new InvalidOperationException("an unknown kind of message");
        }
    }

    // The next message; null when the time has come.
    private async Task<ClientMessage?> NextAsync(CancellationToken stop)
    {
        while (true)
        {
            TimeSpan? left = WakeAt() is { } due ? due - Now.Uptime : null;
            if (left <= TimeSpan.Zero)
                return null;
            if (_queue.Reader.TryRead(out ClientMessage? message))
                return message;
            using CancellationTokenSource alarm = left is { } wait
                ? new CancellationTokenSource(wait, _bootClock)
                : new CancellationTokenSource();
            using var either = CancellationTokenSource.CreateLinkedTokenSource(alarm.Token, stop);
            try
            {
                await _queue.Reader.WaitToReadAsync(either.Token);
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                // The clock says whether it is time.
            }
        }
    }

    // What people take out of update.conf must not wait for a check that never comes.
    private TimeSpan? WakeAt()
    {
        bool isOff = _settings.OffReason.Length > 0 || _settings.PeriodicOffReason.Length > 0;
        if (!isOff || _state.Step != UpdateStepKind.Wait)
            return _due;
        TimeSpan look = _settingsRead + _options.SettingsInterval;
        return _due is { } due && due < look ? due : look;
    }

    private async Task<UpdateDecision> TakeAsync(UpdateFact fact, CancellationToken stop)
    {
        UpdateState before = _state;
        UpdateSettings settings = _options.Settings with
        {
            ServerOffReason = _settings.OffReason,
            PeriodicOffReason = _settings.PeriodicOffReason,
            IsDeveloper = _settings.PeriodicOffReason.Length > 0,
            Board = _settings.Board,
            AppId = _settings.AppId,
        };
        UpdateDecision decision = UpdateLifecycle.Decide(before, fact, settings, Now, _chance.NextUInt64());
        _state = decision.State;
        _due = decision.Due;
        if (decision.IsSaveNeeded)
            await SaveAsync(stop);
        if (fact is UpdateFact.CheckAnswered)
            _triedUpTo = 0;
        await FollowAsync(decision.Step);
        Tell(before, decision);
        return decision;
    }

    private async Task SaveAsync(CancellationToken stop)
    {
        UpdateState state = _state;
        _ = await InsistAsync(
            () => _disk.RunAsync(() =>
            {
                _store.Save(state);
                return state;
            }),
            reason =>
            {
                LogNotSaved(reason);
                _board.Publish(
                    _board.Status with { Reason = $"nothing is done before the state can be written: {reason}" }, null,
                    isToBeTold: true);
            },
            stop);
    }

    private async Task FollowAsync(UpdateStep step)
    {
        if (_step?.Number == step.Number)
        {
            _step.Pause.Set(step.IsPaused);
        }
        else
        {
            if (_step is not null)
                await _step.DisposeAsync();
            bool asks = step.Kind is UpdateStepKind.Check or UpdateStepKind.Ping;
            if (asks)
                _triedUpTo = 0;
            Send();
            Task before = asks && _sender is { } sender ? sender.Work : Task.CompletedTask;
            bool isNothing = step.Kind is UpdateStepKind.Wait or UpdateStepKind.Report;
            BootFacts boot = _state.Boot!;
            _step = ActiveStep.Begin(
                step, isNothing ? null : (active, end) => WorkAsync(active, step, boot, before, end));
        }

        Send();
        await WatchHoldsAsync(step.Kind);
    }

    // Never fails: what goes wrong is a fact.
    private async Task WorkAsync(
        ActiveStep active, UpdateStep step, BootFacts boot, Task before, CancellationToken end)
    {
        // The loop goes on at once.
        await Task.Yield();
        try
        {
            if (step.NotBefore is { } notBefore && notBefore - Now.Uptime is { Ticks: > 0 } wait)
                await Task.Delay(wait, _bootClock, end);
            // Events arrive in the order in which they happened.
            await before.WaitAsync(end);
            await _runner.RunAsync(step, boot, active.Pause, end);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Another step takes its place.
        }
        catch (Exception fault)
        {
            if (fault is not IOException)
                LogStepBroke(fault, step.Kind);
            UpdateFailure failure = new(StepRunner.CodeOf(step.Kind), fault.Message);
            await TellAsync(new UpdateFact.StepFailed(step.Number, failure), end)
                .AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private ValueTask TellAsync(UpdateFact fact, CancellationToken cancellation) =>
        _queue.Writer.WriteAsync(new ClientMessage.Happened(fact), cancellation);

    private async Task WatchHoldsAsync(UpdateStepKind kind)
    {
        bool isHeavy = kind is UpdateStepKind.FetchMetadata or UpdateStepKind.Prepare or UpdateStepKind.Apply
            or UpdateStepKind.Verify;
        if (isHeavy)
        {
            _holds ??= HoldWatch.Begin(
                _ports.Holds, _options, _bootClock, _state.Live.Hold,
                (reason, end) => TellAsync(new UpdateFact.Held(reason), end));
            return;
        }

        if (_holds is { } watch)
        {
            _holds = null;
            await watch.DisposeAsync();
        }

        if (_state.Live.Hold.Length > 0)
            _own.Enqueue(new UpdateFact.Held(""));
    }

    private void Send()
    {
        bool isReport = _state.Step == UpdateStepKind.Report;
        if (isReport && _state.Outbox.Count == 0)
        {
            _own.Enqueue(new UpdateFact.EventsSent(_state.LastEvent));
            return;
        }

        bool isNew = _state.LastEvent > _triedUpTo || (isReport && _state.StepNumber != _reportTried);
        if (_sender is not null || _state.Outbox.Count == 0 || !isNew)
            return;
        _triedUpTo = _state.LastEvent;
        _reportTried = isReport ? _state.StepNumber : _reportTried;
        _sender = OutboxSender.Begin(
            _state.Outbox, _state.Boot!, _ports.Server, (message, end) => _queue.Writer.WriteAsync(message, end));
    }

    private async Task SendingEndedAsync(UpdateFailure? failure, CancellationToken stop)
    {
        if (_sender is { } sender)
            await sender.DisposeAsync();
        _sender = null;
        if (failure is not null)
            LogNotTold(failure.Text);
        if (failure is not null && _state.Step == UpdateStepKind.Report)
            await TakeAsync(new UpdateFact.StepFailed(_state.StepNumber, failure), stop);
        else
            Send();
    }

    private async Task ObeyAsync(ClientMessage.Ordered ordered, CancellationToken stop)
    {
        try
        {
            ReadSettings();
            UpdateFact fact = await FactOfAsync(ordered.Order);
            UpdateDecision decision = await TakeAsync(fact, stop);
            ordered.Reply.TrySetResult(new UpdateOrderResult(Status, decision.Refusal));
        }
        catch (IOException fault)
        {
            ordered.Reply.TrySetResult(new UpdateOrderResult(Status, fault.Message));
        }
        finally
        {
            ordered.Reply.TrySetResult(new UpdateOrderResult(Status, Stopping));
        }
    }

    private async Task<UpdateFact> FactOfAsync(UpdateOrder order)
    {
        UpdateWish wish = new()
        {
            IsInteractive = true,
            IsLookOnly = order.Kind == UpdateOrderKind.Check,
            IsDowngradeAllowed = order.IsDowngradeAllowed,
            IsBadAccepted = order.IsBadAccepted,
        };
        return order.Kind switch
        {
            UpdateOrderKind.Check or UpdateOrderKind.Now => new UpdateFact.CheckAsked(wish),
            UpdateOrderKind.Cancel => new UpdateFact.CancelAsked(),
            UpdateOrderKind.Reset => new UpdateFact.ResetAsked(),
            UpdateOrderKind.Pin => new UpdateFact.PinAsked(order.Version),
            UpdateOrderKind.Unpin => new UpdateFact.PinAsked(""),
            // The slots may have been changed by hand since the start.
            UpdateOrderKind.Rollback => new UpdateFact.RollbackAsked(await _disk.RunAsync(_ports.Slots.Read)),
            UpdateOrderKind.Apply => new UpdateFact.ApplyAsked(
                new UpdateOffer { Urls = [order.Url], IsFromOperator = true }, wish),
            _ => throw new ArgumentOutOfRangeException(nameof(order), order.Kind, "no such order"),
        };
    }

    private void ReadSettings()
    {
        ServerSettings read = _ports.Server.ReadSettings();
        _settingsRead = Now.Uptime;
        foreach (string problem in read.Problems)
        {
            if (!_settings.Problems.Contains(problem))
                LogSettings(problem);
        }

        _settings = read;
    }

    private void Tell(UpdateState before, UpdateDecision decision)
    {
        UpdateState state = decision.State;
        _badVersions = state.BadVersions;
        if (state.Stage != before.Stage)
            LogStage(state.Stage, decision.Reason);
        if (!ReferenceEquals(state.Outcome, before.Outcome) && state.Outcome.IsFailure)
            LogFailure(state.Outcome.Text, (int)state.Outcome.Code, state.Outcome.Code);
        if (state.Live.Hold.Length > 0 && before.Live.Hold.Length == 0)
            LogPaused(state.Live.Hold);
        else if (state.Live.Hold.Length == 0 && before.Live.Hold.Length > 0)
            LogGoesOn();
        if (state.IsMarkerWanted != before.IsMarkerWanted)
            _ports.Reboot.Announce(state.IsMarkerWanted);
        bool isHistoryNew = _isFirst || !ReferenceEquals(state.History, before.History);
        _isFirst = false;
        _board.Publish(
            StatusViews.Status(decision, _settings, Now), isHistoryNew ? StatusViews.History(state) : null,
            decision.IsStatusChanged);
    }

    private async Task EndAsync()
    {
        _unready = Stopping;
        if (_holds is not null)
            await _holds.DisposeAsync();
        if (_step is not null)
            await _step.DisposeAsync();
        if (_sender is not null)
            await _sender.DisposeAsync();
        _queue.Writer.TryComplete();
        while (_queue.Reader.TryRead(out ClientMessage? message))
        {
            if (message is ClientMessage.Ordered ordered)
                ordered.Reply.TrySetResult(new UpdateOrderResult(Status, Stopping));
        }
    }

    // Until the disk does it; what it said last is told once.
    private async Task<T> InsistAsync<T>(Func<Task<T>> work, Action<string> complain, CancellationToken stop)
        where T : class
    {
        string told = "";
        while (true)
        {
            try
            {
                return await work();
            }
            catch (IOException fault)
            {
                if (fault.Message != told)
                    complain(fault.Message);
                told = fault.Message;
                await Task.Delay(_options.Pause, _bootClock, stop);
            }
        }
    }
}
