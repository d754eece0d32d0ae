using System.Globalization;
using CoreNode.Platform.Processes;
using CoreNode.Runner.Settings;

namespace CoreNode.Runner.Machine;

/// <summary>
/// One service as a state machine with systemd's states and rules (service.c of systemd 252 is the model). Facts go in
/// with the time they were learned at; what is to be done comes out of <see cref="TakeActions"/>. Pure: no clock, no
/// processes. One caller at a time.
/// </summary>
internal sealed class UnitMachine
{
    private const int MostRestarts = int.MaxValue - 1;

    private readonly UnitTransitions _go;

    /// <summary>A machine that goes on from a state.</summary>
    public UnitMachine(UnitSettings settings, MachineState state) => _go = new UnitTransitions(settings, state);

    /// <summary>The unit's settings; may be replaced at any time, what runs goes on under the new ones.</summary>
    public UnitSettings Settings
    {
        get => _go.Settings;
        set => _go.Settings = value;
    }

    /// <summary>What it remembers.</summary>
    public MachineState State => _go.State;

    private UnitPhase Phase => State.Phase;

    /// <summary>When <see cref="TimeIsUp"/> is due; null: never.</summary>
    public TimeSpan? NextDeadline =>
        State.WatchdogDeadline is { } bite && (State.Deadline is not { } limit || bite < limit)
            ? bite
            : State.Deadline;

    /// <summary>What is to be done since the last call.</summary>
    public IReadOnlyList<UnitAction> TakeActions() => _go.TakeActions();

    /// <summary>It came to its end since the caller last set this to null, and so.</summary>
    public UnitPhase? EndedAs
    {
        get => _go.EndedAs;
        set => _go.EndedAs = value;
    }

    /// <summary>It failed for good since the caller last set this to false (OnFailure=).</summary>
    public bool HasJustFailed
    {
        get => _go.HasJustFailed;
        set => _go.HasJustFailed = value;
    }

    /// <summary>Start it. Nothing happens while it starts, runs or stops: a stop has to end first.</summary>
    public void Start(TimeSpan now)
    {
        _go.Now = now;
        if (!PhaseWords.IsDown(Phase))
            return;
        bool isAutomatic = Phase == UnitPhase.AutoRestart;
        if (!State.StartLimit.TryStart(now, Settings.StartLimitInterval, Settings.StartLimitBurst))
        {
            _go.Say(4, "Start request repeated too quickly.");
            State.Result = UnitResult.StartLimit;
            _go.EnterDead(UnitResult.StartLimit, mayRestart: false);
            return;
        }

        if (!isAutomatic)
            State.Restarts = 0;
        State.Result = UnitResult.Success;
        State.MainPid = 0;
        State.IsMainKnown = false;
        State.MainEnd = null;
        State.MainIndex = 0;
        State.IsStopWanted = false;
        State.IsFenced = false;
        State.IsWaitingForPidFile = false;
        State.StatusText = "";
        State.WatchdogSpan = Settings.Watchdog;
        if (Settings.IsTarget)
        {
            _go.Enter(UnitPhase.Running, Timeout.InfiniteTimeSpan);
            return;
        }

        _go.Do(new UnitAction.Begin());
        _go.Say(6, $"Starting {_go.Title()}...");
        _go.Control(ExecStage.Condition, UnitPhase.Condition);
    }

    /// <summary>Stop it.</summary>
    public void Stop(TimeSpan now)
    {
        _go.Now = now;
        State.IsStopWanted = true;
        if (Phase == UnitPhase.AutoRestart)
            _go.Enter(UnitPhase.Dead, Timeout.InfiniteTimeSpan);
        else if (Settings.IsTarget && Phase == UnitPhase.Running)
            _go.Enter(UnitPhase.Dead, Timeout.InfiniteTimeSpan);
        else if (PhaseWords.IsStarting(Phase) || Phase == UnitPhase.Reload)
            _go.EnterSignal(UnitPhase.StopSigterm, UnitResult.Success);
        else if (Phase is UnitPhase.Running or UnitPhase.Exited)
        {
            _go.Say(6, $"Stopping {_go.Title()}...");
            _go.EnterStop(UnitResult.Success);
        }
    }

    /// <summary>
    /// Every process of it is being killed, whatever its settings say: it ends, runs no further command and is not
    /// started again by itself.
    /// </summary>
    public void Kill(TimeSpan now)
    {
        _go.Now = now;
        State.IsStopWanted = true;
        State.IsFenced = true;
        if (Phase == UnitPhase.AutoRestart || (Settings.IsTarget && Phase == UnitPhase.Running))
            _go.Enter(UnitPhase.Dead, Timeout.InfiniteTimeSpan);
        else if (!PhaseWords.IsDown(Phase))
            _go.EnterSignal(UnitPhase.StopSigkill, UnitResult.Success);
    }

    /// <summary>Run ExecReload= of an active unit.</summary>
    public void Reload(TimeSpan now)
    {
        _go.Now = now;
        if (Phase == UnitPhase.Running && Settings.Of(ExecStage.Reload).Count > 0)
            _go.Control(ExecStage.Reload, UnitPhase.Reload);
    }

    /// <summary>A process that was asked for by <see cref="UnitAction.Spawn"/> is there.</summary>
    public void Spawned(TimeSpan now, bool isMain, int pid)
    {
        _go.Now = now;
        if (!isMain)
        {
            State.ControlPid = pid;
            return;
        }

        State.MainPid = pid;
        State.IsMainKnown = true;
    }

    /// <summary>It cannot be made; the reason is in the journal.</summary>
    public void SpawnFailed(TimeSpan now, bool isMain)
    {
        _go.Now = now;
        switch (Phase)
        {
            case UnitPhase.StopPost:
                _go.EnterSignal(UnitPhase.FinalSigterm, UnitResult.Resources);
                break;
            case UnitPhase.Reload:
                _go.EnterRunning(UnitResult.Success);
                break;
            case UnitPhase.Start when isMain:
                State.IsMainKnown = true;
                _go.EnterSignal(UnitPhase.StopSigterm, UnitResult.Resources);
                break;
            default:
                _go.EnterSignal(UnitPhase.StopSigterm, UnitResult.Resources);
                break;
        }
    }

    /// <summary>
    /// The main process runs its program: Type=exec has started, and Type=simple, too. systemd calls the latter started
    /// a moment before, and then cannot tell when there is no such program.
    /// </summary>
    public void Executed(TimeSpan now, int pid)
    {
        _go.Now = now;
        if (Phase == UnitPhase.Start && Settings.Type is ServiceType.Exec or ServiceType.Simple
            && pid == State.MainPid)
            _go.Control(ExecStage.StartPost, UnitPhase.StartPost);
    }

    /// <summary>A process of it ended.</summary>
    public void Exited(TimeSpan now, int pid, ProcessEnd end)
    {
        _go.Now = now;
        if (pid == State.MainPid && pid != 0)
            MainExited(end);
        else if (pid == State.ControlPid && pid != 0)
            ControlExited(end);
    }

    /// <summary>What the PID file says or the search found; 0: nothing (yet).</summary>
    public void MainFound(TimeSpan now, int pid)
    {
        _go.Now = now;
        if (pid != 0)
        {
            State.MainPid = pid;
            State.IsMainKnown = true;
            State.IsWaitingForPidFile = false;
        }

        if (Phase != UnitPhase.Start || State.ControlPid != 0)
            return;
        if (pid == 0 && Settings.PidFile.Length > 0)
        {
            // Written by ExecStartPost=, perhaps; else it has until TimeoutStartSec=.
            if (Settings.Of(ExecStage.StartPost).Count == 0)
            {
                State.IsWaitingForPidFile = true;
                _go.Do(new UnitAction.WatchGroup());
                return;
            }
        }
        else if (pid == 0)
        {
            _go.Do(new UnitAction.WatchGroup());
        }

        _go.Control(ExecStage.StartPost, UnitPhase.StartPost);
    }

    /// <summary>No process of it is left.</summary>
    public void GroupEmpty(TimeSpan now)
    {
        _go.Now = now;
        if (State.MainPid != 0 || State.ControlPid != 0)
            return;
        switch (Phase)
        {
            case UnitPhase.Start when State.IsWaitingForPidFile:
                _go.Say(4, $"the PID file {Settings.PidFile} was never written, and no process is left");
                _go.EnterSignal(UnitPhase.StopSigterm, UnitResult.Protocol);
                break;
            case UnitPhase.Running:
                _go.EnterRunning(UnitResult.Success, isGroupEmpty: true);
                break;
            case UnitPhase.StopWatchdog or UnitPhase.StopSigterm or UnitPhase.StopSigkill:
                _go.EnterStopPost(UnitResult.Success);
                break;
            case UnitPhase.FinalSigterm or UnitPhase.FinalSigkill:
                _go.EnterDead(UnitResult.Success, mayRestart: true);
                break;
        }
    }

    /// <summary>The kernel killed a process of it for want of memory.</summary>
    public void OutOfMemory(TimeSpan now)
    {
        _go.Now = now;
        if (!PhaseWords.IsDown(Phase) && State.Result == UnitResult.Success)
        {
            State.Result = UnitResult.OutOfMemory;
            _go.Say(4, "A process of this unit has been killed for want of memory.");
        }
    }

    /// <summary>A message of sd_notify(3) from a process that may send them.</summary>
    public void Notified(TimeSpan now, NotifyMessage message, bool isMainValid)
    {
        _go.Now = now;
        if (PhaseWords.IsDown(Phase))
            return;
        if (message.MainPid is { } main && isMainValid && main != State.MainPid
            && Phase is UnitPhase.Start or UnitPhase.StartPost or UnitPhase.Running or UnitPhase.Reload)
        {
            State.MainPid = main;
            State.IsMainKnown = true;
            _go.Say(6, string.Create(CultureInfo.InvariantCulture, $"New main process: {main}"));
        }

        State.StatusText = message.Status ?? State.StatusText;
        if (message.WatchdogSpan is { } span)
            State.WatchdogSpan = span;
        if (message.WatchdogSpan is not null || message.IsPing || message.IsReady)
            _go.ArmWatchdog();
        if (message.Extension is { } extension && State.Deadline is { } deadline && now + extension > deadline)
            State.Deadline = now + extension;
        if (message.IsReady && Phase == UnitPhase.Start && Settings.Type == ServiceType.Notify)
            _go.Control(ExecStage.StartPost, UnitPhase.StartPost);
        else if (message.IsReady && Phase == UnitPhase.Reload && State.ControlPid == 0)
            _go.EnterRunning(UnitResult.Success);
        else if (message.IsReloading && Phase == UnitPhase.Running)
            _go.Enter(UnitPhase.Reload, Settings.StartTimeout);
        if (message.IsStopping && Phase is UnitPhase.Running or UnitPhase.Reload)
            _go.EnterStopByItself();
        if (message.IsWatchdogTrigger && Phase is UnitPhase.Running or UnitPhase.StartPost)
            _go.WatchdogBites();
    }

    /// <summary>A deadline may be over.</summary>
    public void TimeIsUp(TimeSpan now)
    {
        _go.Now = now;
        if (State.WatchdogDeadline is { } bite && now >= bite)
        {
            State.WatchdogDeadline = null;
            _go.WatchdogBites();
            return;
        }

        if (State.Deadline is not { } deadline || now < deadline)
            return;
        State.Deadline = null;
        switch (Phase)
        {
            case UnitPhase.Condition or UnitPhase.StartPre or UnitPhase.Start or UnitPhase.StartPost:
                _go.Say(4, $"{PhaseWords.Sub(Phase, false)} operation timed out. Terminating.");
                _go.EnterSignal(UnitPhase.StopSigterm, UnitResult.Timeout);
                break;
            case UnitPhase.Running:
                _go.Say(4, "Service reached runtime time limit. Stopping.");
                _go.EnterStop(UnitResult.Timeout);
                break;
            case UnitPhase.Reload:
                _go.Say(4, "Reload operation timed out. Killing reload process.");
                if (State.ControlPid != 0)
                    _go.Do(new UnitAction.Signal(State.ControlPid, Settings.FinalKillSignal));
                State.ControlPid = 0;
                _go.EnterRunning(UnitResult.Success);
                break;
            case UnitPhase.Stop:
                _go.Say(4, "Stopping timed out. Terminating.");
                _go.EnterSignal(UnitPhase.StopSigterm, UnitResult.Timeout);
                break;
            case UnitPhase.StopPost:
                _go.Say(4, "State 'stop-post' timed out. Terminating.");
                _go.EnterSignal(UnitPhase.FinalSigterm, UnitResult.Timeout);
                break;
            case UnitPhase.AutoRestart:
                State.Restarts = Math.Min(State.Restarts, MostRestarts) + 1;
                _go.Say(6, string.Create(
                    CultureInfo.InvariantCulture, $"Scheduled restart job, restart counter is at {State.Restarts}."));
                Start(now);
                break;
            default:
                KillTimedOut();
                break;
        }
    }

    /// <summary>
    /// Goes on after another process of this program had it: what was asked for and never ran is asked for again.
    /// </summary>
    public void Resume(TimeSpan now)
    {
        _go.Now = now;
        _go.AskAgain();
        // Whoever would have said that it runs its program is gone.
        if (State.MainPid != 0)
            Executed(now, State.MainPid);
        if (State.IsWaitingForPidFile)
            _go.Do(new UnitAction.FindMain(ByFile: true));
        if (State.WatchdogDeadline is not null)
            _go.ArmWatchdog();
    }

    private void KillTimedOut()
    {
        string state = PhaseWords.Sub(Phase, false);
        bool isKill = Phase is UnitPhase.StopSigkill or UnitPhase.FinalSigkill;
        bool isFinal = Phase is UnitPhase.FinalSigterm or UnitPhase.FinalSigkill;
        if (!isKill && Settings.SendsKill)
        {
            _go.Say(4, $"State '{state}' timed out. Killing.");
            _go.EnterSignal(isFinal ? UnitPhase.FinalSigkill : UnitPhase.StopSigkill, UnitResult.Timeout);
            return;
        }

        _go.Say(4, isKill
            ? "Processes still around after SIGKILL. Ignoring."
            : $"State '{state}' timed out. Skipping SIGKILL.");
        // What does not end is left behind; it is still found and killed at the next start.
        State.ControlPid = 0;
        if (isFinal)
            _go.EnterDead(UnitResult.Timeout, mayRestart: false);
        else
            _go.EnterStopPost(UnitResult.Timeout);
    }

    private void MainExited(ProcessEnd end)
    {
        State.MainPid = 0;
        State.MainEnd = end;
        IReadOnlyList<ExecCommand> commands = Settings.Of(ExecStage.Start);
        bool isOurs = Settings.Type != ServiceType.Forking && State.MainIndex < commands.Count;
        string result = ExitRules.Result(end, Settings.Type != ServiceType.Oneshot, Settings.SuccessStatus);
        if (isOurs && commands[State.MainIndex].IgnoresFailure)
            result = UnitResult.Success;
        if (end is not { Kind: ProcessEndKind.Exited, Status: 0 })
            _go.Say(result == UnitResult.Success ? 6 : 5, $"Main process exited, {ExitRules.Text(end)}");
        if (State.Result == UnitResult.Success)
            State.Result = result;
        if (Settings.Type == ServiceType.Oneshot && Phase == UnitPhase.Start && result == UnitResult.Success
            && State.MainIndex + 1 < commands.Count)
        {
            State.MainIndex++;
            _go.Do(new UnitAction.Spawn(ExecStage.Start, commands[State.MainIndex], IsMain: true));
            return;
        }

        switch (Phase)
        {
            case UnitPhase.Start when Settings.Type == ServiceType.Oneshot:
                if (result == UnitResult.Success)
                    _go.Control(ExecStage.StartPost, UnitPhase.StartPost);
                else
                    _go.EnterSignal(UnitPhase.StopSigterm, result);
                break;
            case UnitPhase.Start when Settings.Type == ServiceType.Notify:
                // It never said that it is ready.
                _go.EnterSignal(
                    UnitPhase.StopSigterm, result == UnitResult.Success ? UnitResult.Protocol : result);
                break;
            case UnitPhase.Start or UnitPhase.Running:
            case UnitPhase.Reload when State.ControlPid == 0:
                _go.EnterRunning(result);
                break;
            case UnitPhase.Stop when State.ControlPid == 0:
                _go.EnterSignal(UnitPhase.StopSigterm, result);
                break;
            case UnitPhase.StopWatchdog or UnitPhase.StopSigterm or UnitPhase.StopSigkill when State.ControlPid == 0:
                _go.EnterStopPost(result);
                break;
            case UnitPhase.FinalSigterm or UnitPhase.FinalSigkill when State.ControlPid == 0:
                // The others are asked for again: with none left it is over.
                _go.WatchRest();
                break;
        }
    }

    private void ControlExited(ProcessEnd end)
    {
        State.ControlPid = 0;
        IReadOnlyList<ExecCommand> commands = Settings.Of(State.Stage);
        bool isIgnored = State.CommandIndex < commands.Count && commands[State.CommandIndex].IgnoresFailure;
        string result = ExitRules.Result(end, isDaemon: false, Settings.SuccessStatus);
        if (isIgnored && State.Stage != ExecStage.Condition)
            result = UnitResult.Success;
        if (result != UnitResult.Success)
            _go.Say(5, $"Control process exited, {ExitRules.Text(end)}");
        if (result == UnitResult.Success && State.CommandIndex + 1 < commands.Count && !IsKilling())
        {
            State.CommandIndex++;
            _go.Do(new UnitAction.Spawn(State.Stage, commands[State.CommandIndex], IsMain: false));
            return;
        }

        switch (Phase)
        {
            case UnitPhase.Condition:
                bool isSkipped = end is { Kind: ProcessEndKind.Exited, Status: > 0 and < 255 };
                if (result == UnitResult.Success)
                    _go.Control(ExecStage.StartPre, UnitPhase.StartPre);
                else
                    _go.EnterSignal(UnitPhase.FinalSigterm, isSkipped ? UnitResult.Condition : result);
                break;
            case UnitPhase.StartPre when result == UnitResult.Success:
                _go.EnterStart();
                break;
            case UnitPhase.Start when result == UnitResult.Success:
                if (Settings.PidFile.Length > 0 || Settings.GuessesMainPid)
                    _go.Do(new UnitAction.FindMain(Settings.PidFile.Length > 0));
                else
                    MainFound(_go.Now, 0);
                break;
            case UnitPhase.StartPre or UnitPhase.Start or UnitPhase.StartPost when result != UnitResult.Success:
                _go.EnterSignal(UnitPhase.StopSigterm, result);
                break;
            case UnitPhase.StartPost:
                if (Settings.PidFile.Length > 0 && !State.IsMainKnown)
                    _go.Do(new UnitAction.FindMain(ByFile: true));
                _go.EnterRunning(UnitResult.Success);
                break;
            case UnitPhase.Reload:
                _go.EnterRunning(UnitResult.Success);
                break;
            case UnitPhase.Stop:
                _go.EnterSignal(UnitPhase.StopSigterm, result);
                break;
            case UnitPhase.StopWatchdog or UnitPhase.StopSigterm or UnitPhase.StopSigkill when State.MainPid == 0:
                _go.EnterStopPost(result);
                break;
            case UnitPhase.StopPost:
                _go.EnterSignal(UnitPhase.FinalSigterm, result);
                break;
            case UnitPhase.FinalSigterm or UnitPhase.FinalSigkill when State.MainPid == 0:
                _go.WatchRest();
                break;
        }
    }

    private bool IsKilling() => Phase is UnitPhase.StopSigterm or UnitPhase.StopSigkill or UnitPhase.StopWatchdog
        or UnitPhase.FinalSigterm or UnitPhase.FinalSigkill;
}
