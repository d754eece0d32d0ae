using CoreNode.Foundation;
using CoreNode.RebootLock.Model;
using CoreNode.Store;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Simulation.Whole;

/// <summary>What must hold at every moment, and at the end, beside what the checker of units looks at.</summary>
internal sealed class WholeChecker(WholeCluster cluster)
{
    private readonly string _key = LockKeys.Semaphore("");
    private readonly HashSet<int> _took = [];
    private SemaphoreValue _value = SemaphoreValue.Initial;
    private StoreIndex _seen = StoreIndex.Zero;

    public int Restarts { get; private set; }

    public bool Holds(WholeMachine machine) => _value.Holds(machine.Id);

    /// <summary>A member applies a change.</summary>
    public void Applied(KvChange change)
    {
        if (change.Index <= _seen)
            return;
        _seen = change.Index;
        if (change.Node.Key != _key)
            return;
        if (change.Node.Value is not { } text || SemaphoreJson.Read(text, out _) is not { } value)
        {
            cluster.Units.Fail($"{_key} is no semaphore any more");
            return;
        }

        foreach (string id in _value.Holders)
        {
            WholeMachine machine = cluster.MachineOf(id);
            if (!value.Holds(id) && !machine.Slots.IsGood)
                cluster.Units.Fail($"machine {machine.Node.Index} has lost the lock, and its version is not proven");
        }

        _value = value;
        cluster.Mark($"lock: {text}");
        if (value.Holders.Count > value.Max)
            cluster.Units.Fail($"{value.Holders.Count} hold a lock that {value.Max} may hold");
    }

    /// <summary>A machine is asked to restart.</summary>
    public void Asked(WholeMachine machine)
    {
        Restarts++;
        string name = $"machine {machine.Node.Index}";
        if (!Holds(machine))
            cluster.Units.Fail($"{name} restarts without the lock");
        RegistryState registry = cluster.Units.Store.Newest.Registry;
        if (registry.ScheduleOf(machine.Id).Count > 0 && !cluster.Service.IsDisturbed)
            cluster.Units.Fail($"{name} restarts with {string.Join(' ', registry.ScheduleOf(machine.Id).Keys)}");
        if (registry.Machines.GetValueOrDefault(machine.Id)?.Cordon is not { IsDraining: true })
            Undrained(name);
        int away = 1 + cluster.Machines.Count(m => m != machine && m.IsAsked);
        if (away > cluster.Plan.Max)
            cluster.Units.Fail($"{away} machines restart at once, and {cluster.Plan.Max} may");
        if (away > 1)
            cluster.Tally.Count("several machines restart at once");
        int voters = cluster.Plan.Units.Members;
        int left = cluster.Machines.Count(m => m.IsVoter && m != machine && !m.IsAsked
            && (m.Node.IsUp || m.CrashedAt > machine.AdmittedAt));
        if (machine.IsVoter && left <= voters / 2)
            cluster.Units.Fail($"{name} restarts and leaves {left} of {voters} voters");
    }

    /// <summary>A machine has booted; nothing keeps a power cut from taking it into what is installed.</summary>
    public void Booted(WholeMachine machine, bool isPlanned)
    {
        if (!cluster.IsBroken(machine.Slots.Version))
            return;
        if (!isPlanned)
        {
            cluster.Tally.Count("a power cut takes a machine into a broken release");
            return;
        }

        _took.Add(machine.Node.Index);
        if (_took.Count > cluster.Plan.Max)
            cluster.Units.Fail($"{_took.Count} machines took a version that does not work");
    }

    /// <summary>A machine is to take units again.</summary>
    public void Uncordons(WholeMachine machine)
    {
        if (!machine.Slots.IsGood)
            cluster.Units.Fail($"machine {machine.Node.Index} takes units, and its version is not proven");
    }

    /// <summary>What is not over; empty: nothing.</summary>
    public string Unfinished()
    {
        foreach (WholeMachine machine in cluster.Machines)
        {
            bool isDone = machine.Node.IsRunning && machine.Slots is { Version: WholeCluster.Last, IsGood: true }
                && machine.Service?.Status.Stage == "idle" && machine.Updates?.Status.Stage == "idle"
                && cluster.Units.Store.Newest.Registry.Machines.GetValueOrDefault(machine.Id) is { Cordon: null };
            if (!isDone)
                return $"machine {machine.Node.Index}: {machine.Slots.Version}, up {machine.Node.IsUp}, "
                    + $"{machine.Updates?.Status.Stage}: {machine.Updates?.Status.Reason}; "
                    + $"{machine.Service?.Status.Stage}: {machine.Service?.Status.Reason}";
        }

        return _value.Holders.Count > 0 ? $"{string.Join(", ", _value.Holders)} hold the lock" : "";
    }

    // Whose lease lapsed while its supervisor was away is not registered for a moment, and is taken for a machine that
    // runs no units.
    private void Undrained(string name)
    {
        if (cluster.Service.IsDisturbed)
            cluster.Tally.Count("known: a machine restarts undrained after its lease has lapsed");
        else
            cluster.Units.Fail($"{name} restarts, and is not drained");
    }
}
