using CoreNode.Units.Agent;

namespace CoreNode.Tests.Simulation.Units;

/// <summary>
/// One machine: its clock, its supervisor process, which can be killed, stopped and started again, and what lives
/// outside of that: the unit manager, the guard, and the notes on its disk.
/// </summary>
internal sealed class UnitsNode
{
    private readonly List<Action> _deferred = [];

    public UnitsNode(SimulatedWorld world, int index, int number, double rate)
    {
        World = world;
        Index = index;
        Id = $"{number + 1:x8}000000000000000000000000";
        Time = new SimulatedTime(world) { Rate = rate };
    }

    public SimulatedWorld World { get; }

    public int Index { get; }

    /// <summary>Its machine id, which another one may have, too.</summary>
    public string Id { get; }

    public SimulatedTime Time { get; }

    /// <summary>Which process it is; each has its own number.</summary>
    public int Incarnation { get; private set; }

    /// <summary>The supervisor's process exists.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>It was stopped (SIGSTOP): what comes to it waits.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>The machine has power.</summary>
    public bool IsUp { get; set; } = true;

    /// <summary>What happens to the supervisor when it comes to that point the next time.</summary>
    public (TrapPoint Point, Action What)? Trap { get; set; }

    /// <summary>Notes of the agent, in files.</summary>
    public SortedDictionary<string, UnitNote> Notes { get; } = new(StringComparer.Ordinal);

    /// <summary>The lease that the guard was armed with, in a file.</summary>
    public LeaseFacts LeaseNote { get; set; } = LeaseFacts.None;

    /// <summary>CLOCK_BOOTTIME.</summary>
    public TimeSpan Now => TimeSpan.FromTicks(Time.GetTimestamp() / 100);

    public void Begin()
    {
        IsRunning = true;
        IsPaused = false;
        Incarnation++;
    }

    public void Die()
    {
        IsRunning = false;
        IsPaused = false;
        _deferred.Clear();
    }

    public void Pause() => IsPaused = IsRunning;

    public void Resume()
    {
        if (!IsPaused)
            return;
        IsPaused = false;
        Action[] waiting = [.. _deferred];
        _deferred.Clear();
        foreach (Action what in waiting)
            what();
    }

    /// <summary>The supervisor is at a point between deciding and doing.</summary>
    public bool Pass(TrapPoint point)
    {
        if (!IsRunning || IsPaused || Trap is not { } trap || trap.Point != point)
            return false;
        Trap = null;
        trap.What();
        return true;
    }

    /// <summary>Lets a process do something: now, when it goes on, or never if it is gone.</summary>
    public void Gate(int incarnation, Action what)
    {
        if (!IsRunning || Incarnation != incarnation)
            return;
        if (IsPaused)
            _deferred.Add(() => Gate(incarnation, what));
        else
            what();
    }

    /// <summary>The same after a time of the machine's clock.</summary>
    public void After(TimeSpan time, Action what)
    {
        int incarnation = Incarnation;
        World.After(Math.Max(0, Time.ToWorld(time)), () => Gate(incarnation, what));
    }

    /// <summary>The present process waits.</summary>
    public Task Delay(TimeSpan time)
    {
        TaskCompletionSource over = new();
        After(time, over.SetResult);
        return over.Task;
    }
}
