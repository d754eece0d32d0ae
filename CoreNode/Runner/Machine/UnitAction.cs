using CoreNode.Runner.Settings;

namespace CoreNode.Runner.Machine;

/// <summary>What a <see cref="UnitMachine"/> wants done, in this order.</summary>
internal abstract record UnitAction
{
    private UnitAction()
    {
    }

    /// <summary>Its kind, for a message.</summary>
    public sealed override string ToString() => GetType().Name;

    /// <summary>A start begins: a new invocation, whatever is left of the one before is killed.</summary>
    internal sealed record Begin : UnitAction;

    /// <summary>
    /// Start a command; answered by <see cref="UnitMachine.Spawned"/> or <see cref="UnitMachine.SpawnFailed"/>.
    /// </summary>
    internal sealed record Spawn(ExecStage Stage, ExecCommand Command, bool IsMain) : UnitAction;

    /// <summary>Send a signal to one process.</summary>
    internal sealed record Signal(int Pid, int Number) : UnitAction;

    /// <summary>
    /// Send a signal to all its processes but one (0: to all), then tell by <see cref="UnitMachine.GroupEmpty"/> when
    /// none is left, at once if there is none.
    /// </summary>
    internal sealed record SignalAll(int Number, int ExceptMain, int ExceptControl) : UnitAction;

    /// <summary>
    /// Read the PID file, or look for the main process; answered by <see cref="UnitMachine.MainFound"/>.
    /// </summary>
    internal sealed record FindMain(bool ByFile) : UnitAction;

    /// <summary>Tell by <see cref="UnitMachine.GroupEmpty"/> when no process is left.</summary>
    internal sealed record WatchGroup : UnitAction;

    /// <summary>A line for the unit's journal.</summary>
    internal sealed record Say(int Priority, string Text) : UnitAction;

    /// <summary>It has stopped: sockets and folders of this run are not needed any more.</summary>
    internal sealed record Release : UnitAction;
}
