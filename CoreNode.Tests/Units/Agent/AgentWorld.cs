using System.Globalization;
using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Agent;
using CoreNode.Units.Manager;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Agent;

/// <summary>
/// A machine with its store, unit manager, guard and clock in memory, which does what an <see cref="AgentCore"/> hands
/// out: in an order that the seed chooses, one step at a time, and with a crash of the agent wherever a test wants it.
/// </summary>
internal sealed class AgentWorld
{
    public const string MachineId = "11111111111111111111111111111111";
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    private static readonly Machine s_machine = new() { Id = MachineId, PublicIp = "10.0.0.1" };

    private readonly Prng _chance;
    private readonly List<AgentStep> _pending = [];
    private readonly HashSet<AgentStep> _overtaken = [];
    private readonly SortedDictionary<string, UnitNote> _notes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UnitFile> _texts = [];
    private LeaseFacts _leaseNote = LeaseFacts.None;
    private TimeSpan _renewAt;
    private ulong _index = 10;
    private int _pid = 100;
    private int _effects;

    public AgentWorld(ulong seed)
    {
        _chance = new Prng(seed);
        Now = TimeSpan.FromSeconds(100);
        StartAgent();
    }

    public AgentCore Core { get; private set; } = null!;

    public TimeSpan Now { get; private set; }

    /// <summary>What the store holds: entries of the schedule by unit.</summary>
    public SortedDictionary<string, ScheduleEntry> Entries { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, string> States { get; } = new(StringComparer.Ordinal);

    public SortedSet<string> JobStates { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, string> Keys { get; } = new(StringComparer.Ordinal);

    public SortedSet<string> Records { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, WorldUnit> Manager { get; } = new(StringComparer.Ordinal);

    /// <summary>What happened, in order: "start a.service", "stop a.service" …</summary>
    public List<string> Happened { get; } = [];

    /// <summary>What was begun, in order.</summary>
    public List<string> Begun { get; } = [];

    /// <summary>Steps of these kinds and units ("Stop a.service") never end.</summary>
    public HashSet<string> Hanging { get; } = [];

    /// <summary>Steps of these kinds and units fail.</summary>
    public HashSet<string> Failing { get; } = [];

    public bool IsStoreAway { get; set; }

    public bool IsManagerAway { get; private set; }

    public bool IsGuardBroken { get; set; }

    /// <summary>The guard takes what it is told, but its answer is lost.</summary>
    public bool IsGuardMute { get; set; }

    /// <summary>How renewals are answered while the store is there.</summary>
    public LeaseGrantKind Grants { get; set; } = LeaseGrantKind.Granted;

    public IReadOnlySet<string> Armed { get; private set; } = new HashSet<string>();

    public TimeSpan ArmedUntil { get; private set; }

    public bool IsRegistered { get; private set; }

    public bool IsUnhealthy { get; set; }

    /// <summary>The agent dies after that many effects on the world; null: never.</summary>
    public int? CrashAfter { get; set; }

    public int Effects => _effects;

    /// <summary>Writes an entry as the engine would; its text is made if it is none.</summary>
    public ScheduleEntry Put(
        string unit, ScheduleState state, string text = "", bool isSingleton = false, ulong restart = 0)
    {
        UnitFile file = UnitFile.Parse(text.Length > 0 ? text : "[Service]\nExecStart=/bin/true\n", out _)!;
        _texts[file.Hash] = file;
        ulong index = ++_index;
        ScheduleEntry entry = new(MachineId, unit, file.Hash, state)
        {
            IsSingleton = isSingleton,
            Restart = restart,
            CreatedIndex = Entries.TryGetValue(unit, out ScheduleEntry? old) ? old.CreatedIndex : new StoreIndex(index),
            ModifiedIndex = new StoreIndex(index),
        };
        Entries[unit] = entry;
        if (!IsStoreAway)
            Core.Changed(unit, entry, entry.ModifiedIndex, Now);
        return entry;
    }

    /// <summary>Removes an entry as the engine would.</summary>
    public void Remove(string unit)
    {
        Entries.Remove(unit);
        StoreIndex index = new(++_index);
        if (!IsStoreAway)
            Core.Changed(unit, null, index, Now);
    }

    public void SetManagerAway(bool isAway)
    {
        IsManagerAway = isAway;
        Core.ManagerSeen(!isAway, Seen(), Now);
    }

    /// <summary>The store is there again: the agent hears what it missed.</summary>
    public void HealStore()
    {
        IsStoreAway = false;
        Core.Listed([.. Entries.Values], new StoreIndex(_index), Now);
    }

    /// <summary>The agent's process ends and another one starts: what it noted and the world stay.</summary>
    public void RestartAgent()
    {
        _pending.Clear();
        StartAgent();
    }

    /// <summary>All processes and what the agent noted as lease are gone; the store is as it was.</summary>
    public void Reboot()
    {
        Manager.Clear();
        Armed = new HashSet<string>();
        _leaseNote = LeaseFacts.None;
        foreach (string unit in _notes.Keys.ToArray())
            _notes[unit] = UnitNote.None;
        RestartAgent();
    }

    /// <summary>A unit ends by itself.</summary>
    public void Die(string unit)
    {
        Manager[unit].Active = "failed";
        Manager[unit].Pid = 0;
        Core.Observed(unit, See(unit), Now);
    }

    /// <summary>A unit is started by others than the agent.</summary>
    public void StartBesides(string unit)
    {
        Activate(Manager[unit]);
        Core.Observed(unit, See(unit), Now);
    }

    /// <summary>Lets everything happen for that time.</summary>
    public void Run(TimeSpan time)
    {
        TimeSpan end = Now + time;
        while (true)
        {
            AgentReady ready = Core.Plan(Now);
            foreach (UnitFacts unit in ready.Notes)
                Keep(unit);
            _pending.AddRange(ready.Steps);
            Begun.AddRange(ready.Steps.Select(static step => $"{step.Kind} {step.Unit}".ToLowerInvariant()));
            if (ready.Steps.Count == 0 && TakeOne() is { } step)
            {
                Do(step);
                continue;
            }

            if (ready.Steps.Count > 0)
                continue;
            TimeSpan next = ready.WakeAt is { } wake && wake < end ? wake : end;
            next = _renewAt < next ? _renewAt : next;
            Now = next > Now ? next : Now;
            FireGuard();
            if (Now >= _renewAt)
                Renew();
            if (Now >= end)
                return;
        }
    }

    /// <summary>Lets everything happen for some seconds, and restarts the agent where it was made to crash.</summary>
    public void RunThroughCrash(TimeSpan time)
    {
        try
        {
            Run(time);
        }
        catch (WorldCrashException)
        {
            CrashAfter = null;
            RestartAgent();
            Run(time);
        }
    }

    /// <summary>The process is stopped for that time, and goes on: only the guard acts meanwhile.</summary>
    public void Pause(TimeSpan time)
    {
        Now += time;
        FireGuard();
    }

    private void StartAgent()
    {
        _overtaken.Clear();
        SortedDictionary<string, UnitNote> notes = new(_notes, StringComparer.Ordinal);
        Core = new AgentCore(MachineId, notes, _leaseNote);
        Core.ManagerSeen(!IsManagerAway, Seen(), Now);
        foreach (string unit in Records)
        {
            Core.AnnouncedBefore(
                unit,
                [
                    .. Keys.Where(key => key.Key.Contains(unit, StringComparison.Ordinal))
                        .Select(static key => new UnitAnnouncement(key.Key, key.Value)),
                ]);
        }

        if (!IsStoreAway)
            Core.Listed([.. Entries.Values], new StoreIndex(_index), Now);
        _renewAt = Now;
    }

    private void Keep(UnitFacts unit)
    {
        if (unit.Note == UnitNote.None)
            _notes.Remove(unit.Name);
        else
            _notes[unit.Name] = unit.Note;
    }

    private AgentStep? TakeOne()
    {
        List<AgentStep> possible = [.. _pending.Where(step => !Hanging.Contains($"{step.Kind} {step.Unit}"))];
        if (possible.Count == 0)
            return null;
        AgentStep step = possible[_chance.Next(possible.Count)];
        _pending.Remove(step);
        return step;
    }

    private void Do(AgentStep step)
    {
        bool isStore = step.Kind is StepKind.Fetch or StepKind.Publish or StepKind.Announce or StepKind.Withdraw
            or StepKind.RemoveEntry or StepKind.ReadFloor or StepKind.Register;
        bool isManager = step.Kind is StepKind.Load or StepKind.Unload or StepKind.Start or StepKind.Stop
            or StepKind.Restart or StepKind.Kill;
        StepOutcome outcome = new(step, StepResult.Done, "");
        if ((isStore && IsStoreAway) || (isManager && IsManagerAway))
            outcome = new StepOutcome(step, StepResult.Failed, "away") { IsAway = true };
        else if (Failing.Contains($"{step.Kind} {step.Unit}"))
            outcome = new StepOutcome(step, StepResult.Failed, "it fails") { Job = Job(step, false) };
        else
            outcome = Effect(step);
        Core.Observed(step.Unit, See(step.Unit), Now);
        if (CrashAfter is { } limit && ++_effects > limit)
            throw new WorldCrashException();
        Core.Completed(outcome, Now);
        if (step.Kind is StepKind.Arm or StepKind.ReadFloor && Core.ArmedLease is { Floor: not null } lease)
            _leaseNote = lease;
    }

    private StepOutcome Effect(AgentStep step)
    {
        StepOutcome done = new(step, StepResult.Done, "");
        if (step.Kind is not (StepKind.Fetch or StepKind.Check or StepKind.ReadFloor))
            Happened.Add($"{step.Kind} {step.Unit}".ToLowerInvariant().Trim());
        switch (step.Kind)
        {
            case StepKind.Fetch:
                return done with { Text = AgentText.Of(UnitName.Parse(step.Unit)!, _texts[step.Hash], s_machine) };
            case StepKind.Load:
                Manager[step.Unit] = new WorldUnit(step.Hash, step.Token);
                return done;
            case StepKind.Start or StepKind.Restart when _overtaken.Remove(step):
                return new StepOutcome(step, StepResult.Failed, "canceled") { Job = Job(step, false) };
            case StepKind.Unload:
                Overtake(step.Unit);
                Manager.Remove(step.Unit);
                return done;
            case StepKind.Start when Manager[step.Unit].Active == "active":
                return done with { Job = Job(step, true) };
            case StepKind.Start or StepKind.Restart:
                Activate(Manager[step.Unit]);
                return done with { Job = Job(step, true) };
            case StepKind.Stop or StepKind.Kill:
                Overtake(step.Unit);
                Manager[step.Unit].Active = step.Kind == StepKind.Stop ? "inactive" : "failed";
                return done with { Job = Job(step, true) };
            case StepKind.Check:
                return IsUnhealthy ? new StepOutcome(step, StepResult.Failed, "ill") : done;
            case StepKind.Arm:
                if (IsGuardBroken)
                    return new StepOutcome(step, StepResult.Failed, "no guard");
                Armed = step.Armed;
                ArmedUntil = step.Deadline;
                return IsGuardMute ? new StepOutcome(step, StepResult.Failed, "no answer") : done;
            case StepKind.ReadFloor:
                return done with { Index = new StoreIndex(_index) };
            case StepKind.Register:
                IsRegistered = true;
                return done;
            default:
                return EffectOnStore(step, done);
        }
    }

    // A job that stops a unit cancels the one that starts it: it ends, too, but does nothing any more.
    private void Overtake(string unit)
    {
        foreach (AgentStep step in _pending)
        {
            if (step.Unit == unit && step.Kind is (StepKind.Start or StepKind.Restart))
                _overtaken.Add(step);
        }

        Hanging.RemoveWhere(hanging => hanging == $"Start {unit}" || hanging == $"Restart {unit}");
    }

    private StepOutcome EffectOnStore(AgentStep step, StepOutcome done)
    {
        switch (step.Kind)
        {
            case StepKind.Publish when step.Wanted!.State is { } state:
                States[step.Unit] = state;
                break;
            case StepKind.Publish:
                States.Remove(step.Unit);
                break;
            case StepKind.Announce:
                Records.Add(step.Unit);
                foreach (UnitAnnouncement announcement in step.Announcements)
                    Keys[announcement.Key] = announcement.Value;
                break;
            case StepKind.Withdraw:
                foreach (UnitAnnouncement left in step.Left)
                    Keys.Remove(left.Key);
                Records.Remove(step.Unit);
                break;
            case StepKind.RemoveEntry:
                if (!Entries.TryGetValue(step.Unit, out ScheduleEntry? entry))
                    return done with { Index = new StoreIndex(_index) };
                if (entry.ModifiedIndex != step.Entry!.ModifiedIndex)
                    return done with { Result = StepResult.Overtaken };
                Entries.Remove(step.Unit);
                return done with { Index = new StoreIndex(++_index) };
            default:
                throw new ArgumentOutOfRangeException(nameof(step), step.Kind, "no effect");
        }

        if (step.Kind == StepKind.Publish && step.Wanted!.HasJobState)
            JobStates.Add(step.Unit);
        else if (step.Kind == StepKind.Publish)
            JobStates.Remove(step.Unit);
        return done;
    }

    private static JobResult Job(AgentStep step, bool isDone) => new(
        isDone, isDone ? "done" : "failed", "", new UnitStates("loaded", isDone ? "inactive" : "failed", step.Unit));

    private void Activate(WorldUnit unit)
    {
        unit.Active = "active";
        unit.Pid = ++_pid;
        unit.Starts++;
    }

    private Dictionary<string, UnitObservation> Seen() =>
        IsManagerAway ? [] : Manager.Keys.ToDictionary(static name => name, name => See(name)!);

    private UnitObservation? See(string unit) => Manager.TryGetValue(unit, out WorldUnit? known)
        ? new UnitObservation(unit, known.Hash, new UnitStates("loaded", known.Active, "x"))
        {
            MainPid = known.Pid,
            Result = known.Active == "failed" ? "signal" : "success",
            Since = known.Pid > 0 ? DateTimeOffset.UnixEpoch.AddSeconds(known.Pid) : null,
        }
        : null;

    private void FireGuard()
    {
        if (Now < ArmedUntil)
            return;
        foreach (string unit in Armed)
        {
            if (Manager.TryGetValue(unit, out WorldUnit? running) && running.Active == "active")
            {
                running.Active = "failed";
                Happened.Add(string.Create(CultureInfo.InvariantCulture, $"guard {unit}"));
                Core.Observed(unit, See(unit), Now);
            }
        }
    }

    private void Renew()
    {
        LeaseGrant grant = IsStoreAway
            ? new LeaseGrant(Grants == LeaseGrantKind.NoLeader ? Grants : LeaseGrantKind.Unreachable, "away")
            : new LeaseGrant(Grants, "") { Duration = Lease };
        Core.Renewed(grant, Lease, Now, Now);
        _renewAt = Now + (Lease / 4);
    }
}
