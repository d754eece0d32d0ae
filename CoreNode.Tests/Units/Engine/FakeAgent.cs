using CoreNode.Foundation;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Engine;

/// <summary>
/// An agent without a machine: does what its schedule says, one step for each unit, publishes states at changes, and
/// keeps to the rules of docs/decisions/0025 when it was cut off.
/// </summary>
internal sealed class FakeAgent(EngineWorld world, MachineObject machine)
{
    private readonly SortedDictionary<string, Running> _units = new(StringComparer.Ordinal);
    private StoreIndex _lostAt;
    private bool _isCut;

    public string Id => machine.Id;

    /// <summary>Whether a unit fails here when it is started.</summary>
    public Func<string, bool> Fails { get; set; } = static _ => false;

    /// <summary>Units need that many steps more to stop.</summary>
    public int StopSteps { get; set; }

    /// <summary>Units need that many steps more to be active.</summary>
    public int StartSteps { get; set; }

    /// <summary>Whether a unit that runs here is not healthy, if it has a check.</summary>
    public Func<string, bool> IsSick { get; set; } = static _ => false;

    /// <summary>Units that run here announce nothing, whatever they should.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Units in the order in which they ended here.</summary>
    public List<string> Ended { get; } = [];

    /// <summary>Some unit is starting or stopping.</summary>
    public bool IsBusy => !_isCut && _units.Values.Any(static u => u.Wait > 0 || u.IsStopping);

    /// <summary>Singletons that run here.</summary>
    public IEnumerable<string> Singletons => _units.Where(static u => u.Value.IsSingleton).Select(static u => u.Key);

    public bool IsRunning(string unit) => _units.TryGetValue(unit, out Running? running) && running.IsStarted;

    public string HashOf(string unit) => _units[unit].Hash;

    /// <summary>How often a unit was started here.</summary>
    public int Starts { get; private set; }

    public void Register() => world.Put(world.Keys.MachineObject(Id), RegistryValues.WriteMachine(machine));

    /// <summary>No contact any longer; its lease is about to end, so singletons end before.</summary>
    public void Cut()
    {
        _isCut = true;
        _lostAt = world.Registry.Index;
        foreach (string unit in Singletons.ToArray())
            _units.Remove(unit);
    }

    /// <summary>Contact again, with a new lease.</summary>
    public void Return()
    {
        _isCut = false;
        if (world.Registry.Machine(Id) is null)
            Register();
        foreach (ScheduleEntry entry in world.Registry.ScheduleOf(Id).Values)
        {
            if (entry.IsSingleton && entry.CreatedIndex <= _lostAt)
                world.Remove(world.Keys.ScheduleEntry(Id, entry.Unit), entry.ModifiedIndex);
        }
    }

    /// <summary>A unit that runs fails now.</summary>
    public void Fail(string unit) => Publish(unit, _units[unit], "failed");

    /// <summary>Leaves in good order: its object first, then its units.</summary>
    public void Leave()
    {
        world.Remove(world.Keys.MachineObject(Id), StoreIndex.Zero);
        foreach (ScheduleEntry entry in world.Registry.ScheduleOf(Id).Values)
        {
            Forget(entry.Unit);
            world.Remove(world.Keys.ScheduleEntry(Id, entry.Unit), entry.ModifiedIndex);
        }

        _isCut = true;
    }

    /// <summary>One step of everything that is to be done.</summary>
    public void Step()
    {
        if (_isCut)
            return;
        if (world.Registry.Machine(Id) is null)
            Register();
        foreach (string unit in _units.Keys.ToArray())
        {
            if (world.Registry.Entry(Id, unit) is null)
                Forget(unit);
        }

        foreach (ScheduleEntry entry in world.Registry.ScheduleOf(Id).Values)
        {
            if (entry.State == ScheduleState.Revoked)
                Stop(entry);
            else
                Run(entry);
        }
    }

    private void Stop(ScheduleEntry entry)
    {
        if (_units.TryGetValue(entry.Unit, out Running? running))
        {
            if (!running.IsStopping)
            {
                running.IsStopping = true;
                running.Wait = StopSteps;
            }

            if (running.Wait-- > 0)
                return;
        }

        Forget(entry.Unit);
        world.Remove(world.Keys.ScheduleEntry(Id, entry.Unit), entry.ModifiedIndex);
    }

    /// <summary>Says anew how a unit is that runs here.</summary>
    public void Publish(string unit) => Publish(unit, _units[unit], "active");

    private void Forget(string unit)
    {
        if (_units.Remove(unit))
            Ended.Add(unit);
        if (world.Registry.State(unit, Id) is not null)
            world.Remove(world.Keys.UnitState(unit, Id), StoreIndex.Zero);
        if (world.Registry.Jobs.TryGetValue(unit, out Job? job) && job.JobState == Id)
            world.Remove(world.Keys.JobState(unit), StoreIndex.Zero);
    }

    private void Run(ScheduleEntry entry)
    {
        if (!_units.TryGetValue(entry.Unit, out Running? running) || running.Hash != entry.Hash || running.IsStopping)
        {
            _units[entry.Unit] = running = new Running { Hash = entry.Hash };
            Publish(entry.Unit, running, "inactive");
        }

        running.IsSingleton = entry.IsSingleton;
        bool isWanted = entry.State == ScheduleState.Launched;
        if (isWanted == running.IsStarted)
        {
            // It was called lost meanwhile, and its state removed.
            if (running.Wait == 0 && world.Registry.State(entry.Unit, Id) is null)
                Publish(entry.Unit, running, isWanted ? "active" : "inactive");
            if (running.Wait == 0 || --running.Wait > 0 || !running.IsStarted)
                return;
            Publish(entry.Unit, running, Fails(entry.Unit) ? "failed" : "active");
            return;
        }

        running.IsStarted = isWanted;
        Starts += isWanted ? 1 : 0;
        running.Wait = isWanted ? StartSteps : 0;
        if (isWanted && world.Registry.Jobs.TryGetValue(entry.Unit, out Job? job) && !job.Requirements.IsGlobal)
            world.Put(world.Keys.JobState(entry.Unit), Id);
        if (running.Wait == 0)
            Publish(
                entry.Unit, running,
                !isWanted ? "inactive" : Fails(entry.Unit) ? "failed" : "active");
    }

    private void Publish(string unit, Running running, string active)
    {
        UnitRequirements asked = world.Registry.Jobs.GetValueOrDefault(unit)?.Requirements ?? UnitRequirements.None;
        bool isActive = active == "active";
        bool isHealthy = isActive && !IsSick(unit);
        world.Put(
            world.Keys.UnitState(unit, Id),
            RegistryValues.WriteState(new UnitStateRecord(
                unit, Id, new UnitStates("loaded", active, isActive ? "running" : "dead"), running.Hash)
            {
                IsHealthy = isActive && asked.HasHealthCheck ? isHealthy : null,
                IsAnnounced = isActive && asked.Announce.Count > 0 && isHealthy && !IsSilent,
            }));
    }

    private sealed class Running
    {
        public required string Hash { get; init; }

        public bool IsStarted { get; set; }

        public bool IsSingleton { get; set; }

        public bool IsStopping { get; set; }

        public int Wait { get; set; }
    }
}
