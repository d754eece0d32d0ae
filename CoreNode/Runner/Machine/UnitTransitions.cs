using CoreNode.Runner.Settings;

namespace CoreNode.Runner.Machine;

/// <summary>How a <see cref="UnitMachine"/> goes from phase to phase. Pure. One caller at a time.</summary>
internal sealed class UnitTransitions(UnitSettings settings, MachineState state)
{
    private const int ContinueSignal = 18;
    private const int HangupSignal = 1;

    private List<UnitAction> _actions = [];

    /// <summary>The unit's settings.</summary>
    public UnitSettings Settings { get; set; } = settings;

    /// <summary>What is remembered.</summary>
    public MachineState State { get; } = state;

    /// <summary>The time of the fact that is worked on.</summary>
    public TimeSpan Now { get; set; }

    /// <summary>See <see cref="UnitMachine.EndedAs"/>.</summary>
    public UnitPhase? EndedAs { get; set; }

    /// <summary>See <see cref="UnitMachine.HasJustFailed"/>.</summary>
    public bool HasJustFailed { get; set; }

    private UnitPhase Phase => State.Phase;

    /// <summary>See <see cref="UnitMachine.TakeActions"/>.</summary>
    public IReadOnlyList<UnitAction> TakeActions()
    {
        List<UnitAction> actions = _actions;
        _actions = [];
        return actions;
    }

    /// <summary>Runs the first command of a list, or goes on to what comes after the list.</summary>
    public void Control(ExecStage stage, UnitPhase phase)
    {
        IReadOnlyList<ExecCommand> commands = Settings.Of(stage);
        bool isStop = stage is ExecStage.Stop or ExecStage.StopPost;
        if (commands.Count > 0 && !(isStop && State.IsFenced))
        {
            State.Stage = stage;
            State.CommandIndex = 0;
            Enter(phase, isStop ? Settings.StopTimeout : Settings.StartTimeout);
            Do(new UnitAction.Spawn(stage, commands[0], IsMain: false));
            return;
        }

        switch (stage)
        {
            case ExecStage.Condition:
                Control(ExecStage.StartPre, UnitPhase.StartPre);
                break;
            case ExecStage.StartPre:
                EnterStart();
                break;
            case ExecStage.StartPost:
                EnterRunning(UnitResult.Success);
                break;
            case ExecStage.Stop:
                EnterSignal(UnitPhase.StopSigterm, UnitResult.Success);
                break;
            case ExecStage.StopPost:
                EnterSignal(UnitPhase.FinalSigterm, UnitResult.Success);
                break;
        }
    }

    /// <summary>Starts what the service is for.</summary>
    public void EnterStart()
    {
        IReadOnlyList<ExecCommand> commands = Settings.Of(ExecStage.Start);
        if (commands.Count == 0)
        {
            State.IsMainKnown = true;
            Control(ExecStage.StartPost, UnitPhase.StartPost);
            return;
        }

        Enter(UnitPhase.Start, Settings.StartTimeout);
        State.Stage = ExecStage.Start;
        State.CommandIndex = 0;
        State.MainIndex = 0;
        Do(new UnitAction.Spawn(ExecStage.Start, commands[0], IsMain: Settings.Type != ServiceType.Forking));
    }

    /// <summary>It has started, unless nothing of it is left.</summary>
    public void EnterRunning(string result, bool isGroupEmpty = false)
    {
        Fail(result);
        bool isAlive = State.MainPid != 0 || (!State.IsMainKnown && !isGroupEmpty);
        if (State.Result != UnitResult.Success)
        {
            // What failed by itself needs no ExecStop=, only to be cleared away.
            EnterSignal(UnitPhase.StopSigterm, State.Result);
        }
        else if (isAlive)
        {
            bool isNew = Phase is not (UnitPhase.Running or UnitPhase.Reload);
            Enter(UnitPhase.Running, Settings.RunLimit);
            if (isNew)
                ArmWatchdog();
            if (isNew)
                Say(6, $"Started {Title()}.");
            if (!State.IsMainKnown)
                Do(new UnitAction.WatchGroup());
        }
        else if (Settings.RemainsAfterExit)
        {
            if (Phase != UnitPhase.Exited)
                Say(6, $"{(Settings.Type == ServiceType.Oneshot ? "Finished" : "Started")} {Title()}.");
            State.WatchdogDeadline = null;
            Enter(UnitPhase.Exited, Timeout.InfiniteTimeSpan);
        }
        else
        {
            EnterStop(UnitResult.Success);
        }
    }

    /// <summary>Stops it by its commands first.</summary>
    public void EnterStop(string result)
    {
        Fail(result);
        State.WatchdogDeadline = null;
        Control(ExecStage.Stop, UnitPhase.Stop);
    }

    /// <summary>It said that it stops; ExecStop= is not run.</summary>
    public void EnterStopByItself()
    {
        State.WatchdogDeadline = null;
        Enter(UnitPhase.Stop, Settings.StopTimeout);
    }

    /// <summary>Asks its processes to end, or makes them.</summary>
    public void EnterSignal(UnitPhase phase, string result)
    {
        Fail(result);
        State.WatchdogDeadline = null;
        State.IsWaitingForPidFile = false;
        bool isKill = phase is UnitPhase.StopSigkill or UnitPhase.FinalSigkill;
        int signal = isKill ? Settings.FinalKillSignal
            : phase == UnitPhase.StopWatchdog ? Settings.WatchdogSignal
            : Settings.KillSignal;
        bool isAll = Settings.KillMode == KillMode.ControlGroup || (Settings.KillMode == KillMode.Mixed && isKill);
        bool isAnySignalled = Settings.KillMode != KillMode.None && (State.MainPid != 0 || State.ControlPid != 0);
        if (isAnySignalled || isAll)
        {
            Enter(phase, phase == UnitPhase.StopWatchdog ? Settings.AbortTimeout : Settings.StopTimeout);
            if (isAnySignalled)
            {
                SignalOne(State.MainPid, signal, isKill);
                SignalOne(State.ControlPid, signal, isKill);
            }

            if (isAll)
                Do(new UnitAction.SignalAll(signal, State.MainPid, State.ControlPid));
            return;
        }

        if (phase is UnitPhase.StopWatchdog or UnitPhase.StopSigterm && Settings.SendsKill)
            EnterSignal(UnitPhase.StopSigkill, UnitResult.Success);
        else if (phase is UnitPhase.StopWatchdog or UnitPhase.StopSigterm or UnitPhase.StopSigkill)
            EnterStopPost(UnitResult.Success);
        else if (phase == UnitPhase.FinalSigterm && Settings.SendsKill)
            EnterSignal(UnitPhase.FinalSigkill, UnitResult.Success);
        else
            EnterDead(UnitResult.Success, mayRestart: true);
    }

    private void SignalOne(int pid, int signal, bool isKill)
    {
        if (pid == 0)
            return;
        Do(new UnitAction.Signal(pid, signal));
        if (isKill)
            return;
        if (Settings.SendsHangup)
            Do(new UnitAction.Signal(pid, HangupSignal));
        // One that is stopped would not hear it.
        Do(new UnitAction.Signal(pid, ContinueSignal));
    }

    /// <summary>Processes besides the main one may be left, where they are asked to end.</summary>
    public void WatchRest()
    {
        bool isAll = Settings.KillMode == KillMode.ControlGroup
            || (Settings.KillMode == KillMode.Mixed && Phase == UnitPhase.FinalSigkill);
        if (isAll)
            Do(new UnitAction.WatchGroup());
        else
            EnterDead(UnitResult.Success, mayRestart: true);
    }

    /// <summary>What comes after a stop.</summary>
    public void EnterStopPost(string result)
    {
        Fail(result);
        Control(ExecStage.StopPost, UnitPhase.StopPost);
    }

    /// <summary>It is over.</summary>
    public void EnterDead(string result, bool mayRestart)
    {
        Fail(result);
        State.WatchdogDeadline = null;
        State.MainPid = 0;
        State.ControlPid = 0;
        bool hasFailed = State.Result is not (UnitResult.Success or UnitResult.Condition);
        if (hasFailed)
            Say(4, $"Failed with result '{State.Result}'.");
        else if (State.Result == UnitResult.Condition)
            Say(6, "Skipped due to 'exec-condition'.");
        else
            Say(6, "Deactivated successfully.");
        Say(6, $"Stopped {Title()}.");
        bool restarts = mayRestart && !State.IsStopWanted
            && ExitRules.Restarts(Settings, State.Result, State.MainEnd);
        Enter(hasFailed ? UnitPhase.Failed : UnitPhase.Dead, Timeout.InfiniteTimeSpan);
        Do(new UnitAction.Release());
        HasJustFailed |= hasFailed && !restarts;
        EndedAs = Phase;
        if (restarts)
            Enter(UnitPhase.AutoRestart, Settings.RestartDelay);
    }

    /// <summary>It was silent for too long.</summary>
    public void WatchdogBites()
    {
        Say(3, "Watchdog timeout!");
        EnterSignal(UnitPhase.StopWatchdog, UnitResult.Watchdog);
    }

    /// <summary>Its time to be silent begins.</summary>
    public void ArmWatchdog()
    {
        bool isArmed = State.WatchdogSpan > TimeSpan.Zero
            && Phase is UnitPhase.Start or UnitPhase.StartPost or UnitPhase.Running or UnitPhase.Reload;
        bool isDue = isArmed && (Phase != UnitPhase.Start || Settings.Type != ServiceType.Notify);
        State.WatchdogDeadline = isDue && State.WatchdogSpan > TimeSpan.Zero ? Now + State.WatchdogSpan : null;
    }

    /// <summary>Takes a phase, and how long it may last.</summary>
    public void Enter(UnitPhase phase, TimeSpan limit)
    {
        State.Phase = phase;
        State.Deadline = limit == Timeout.InfiniteTimeSpan ? null : Now + limit;
    }

    /// <summary>The first failure is the result.</summary>
    public void Fail(string result)
    {
        if (result != UnitResult.Success && State.Result == UnitResult.Success)
            State.Result = result;
    }

    /// <summary>Name and description, for the journal.</summary>
    public string Title() =>
        Settings.Description.Length > 0 ? $"{Settings.Name} - {Settings.Description}" : Settings.Name;

    /// <summary>One thing to be done.</summary>
    public void Do(UnitAction action) => _actions.Add(action);

    /// <summary>One line for the journal.</summary>
    public void Say(int priority, string text) => Do(new UnitAction.Say(priority, text));

    /// <summary>Asks again for what was asked for and never ran, and for what is waited for.</summary>
    public void AskAgain()
    {
        IReadOnlyList<ExecCommand> commands = Settings.Of(State.Stage);
        bool isControl = Phase switch
        {
            UnitPhase.Condition => State.Stage == ExecStage.Condition,
            UnitPhase.StartPre => State.Stage == ExecStage.StartPre,
            UnitPhase.StartPost => State.Stage == ExecStage.StartPost,
            UnitPhase.Reload => State.Stage == ExecStage.Reload,
            UnitPhase.Stop => State.Stage == ExecStage.Stop,
            UnitPhase.StopPost => State.Stage == ExecStage.StopPost,
            UnitPhase.Start => Settings.Type == ServiceType.Forking && !State.IsWaitingForPidFile,
            _ => false,
        };
        if (isControl && State.ControlPid == 0 && State.CommandIndex < commands.Count)
            Do(new UnitAction.Spawn(State.Stage, commands[State.CommandIndex], IsMain: false));
        else if (Phase == UnitPhase.Start && Settings.Type != ServiceType.Forking && State.MainPid == 0)
        {
            IReadOnlyList<ExecCommand> main = Settings.Of(ExecStage.Start);
            if (State.MainIndex < main.Count)
                Do(new UnitAction.Spawn(ExecStage.Start, main[State.MainIndex], IsMain: true));
        }
        else if (!PhaseWords.IsDown(Phase) && State.ControlPid == 0 && (State.MainPid == 0 || !State.IsMainKnown))
            Do(new UnitAction.WatchGroup());
    }
}
