using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Engine;

/// <summary>
/// Makes the schedule entries what scheduling decided. The entry is the claim (docs/decisions/0025): a machine that is
/// there gives it back itself, so one that is not wanted any longer is revoked and then waited for. What holds: a
/// singleton is given an entry only while no machine has one, and nobody else is while it has one, whatever its content
/// says by then; an entry that was revoked is never taken back, a new one follows it; and nothing is placed beside a
/// unit in its way before that one is gone.
/// </summary>
internal sealed class ClaimDecisions(
    PlanDraft draft, MachineSurvey survey, IReadOnlyDictionary<string, UnitCase> cases)
{
    private readonly Dictionary<string, List<UnitCase>> _followers = new(StringComparer.Ordinal);

    /// <summary>Of one unit.</summary>
    public void Settle(UnitCase unit)
    {
        unit.Scheduled = 0;
        unit.Waiting = 0;
        unit.IsHeldForFollowers = false;
        bool isHeld = false;
        if (unit.IsFixed || unit.IsUnreadable)
            return;
        foreach (ScheduleEntry entry in unit.Entries)
        {
            bool isWanted = unit.HasPlace(entry.MachineId) && unit.Ousted.Length == 0;
            if (entry.State == ScheduleState.Revoked || unit.IsKept(entry.MachineId))
                continue;
            if (!isWanted && IsHeld(unit, entry))
                isHeld = true;
            else if (!isWanted || (IsFormerSingleton(unit, entry) && !KeepsMark(unit, entry)))
                Revoke(unit, entry);
            else if (!unit.IsSingleton || unit.Entries.Count == 1)
                Update(unit, entry);
        }

        string target = "";
        foreach (string machine in unit.Places)
        {
            if (Claim(unit, machine))
                target = machine;
        }

        if (unit.Job is { } job && !(isHeld && unit.Places.Count == 0))
            SetTarget(unit, job, target);
    }

    // Its copy is still that of a singleton: without the mark on its entry others could begin beside it.
    private static bool IsFormerSingleton(UnitCase unit, ScheduleEntry entry) => entry.IsSingleton && !unit.IsSingleton;

    // Ended on a machine that is drained it would not begin there again, and perhaps nowhere: it goes on with the new
    // content and the mark until it can leave or the machine takes units again.
    private bool KeepsMark(UnitCase unit, ScheduleEntry entry) =>
        survey.Draining.Contains(entry.MachineId) && !unit.IsGlobal;

    // Of a machine that is drained: a replica goes on there until its new copy works, and what others follow until
    // they are gone.
    private bool IsHeld(UnitCase unit, ScheduleEntry entry)
    {
        if (!unit.IsWanted || !survey.Draining.Contains(entry.MachineId))
            return false;
        if (Handover.IsPossible(unit) && Handover.StateOf(draft.Registry, entry) is not { HasFailed: true })
        {
            string place = unit.Places.Count == 1 ? unit.Places[0] : "";
            bool isOver = place.Length > 0 && unit.Ousted.Length == 0
                && unit.EntryOf(place) is { } successor && successor.Hash == unit.Job!.Hash
                && Handover.IsReady(draft.Registry, unit.Job, successor);
            if (!isOver)
            {
                if (entry.Successor != place)
                    Replace(entry with { Successor = place });
                return true;
            }
        }

        unit.IsHeldForFollowers = HasFollowers(unit, entry.MachineId);
        return unit.IsHeldForFollowers;
    }

    private bool HasFollowers(UnitCase unit, string machine)
    {
        if (!_followers.TryGetValue(machine, out List<UnitCase>? followers))
        {
            _followers[machine] = followers = [];
            foreach (string name in draft.Registry.ScheduleOf(machine).Keys)
            {
                if (cases.TryGetValue(name, out UnitCase? other) && other.Job is { Requirements.MachineOf.Count: > 0 })
                    followers.Add(other);
            }
        }

        foreach (UnitCase follower in followers)
        {
            if (!follower.HasPlace(machine) && !follower.IsUnreadable && UnitNeeds.GoesWith(follower, unit.Name))
                return true;
        }

        return false;
    }

    // What it has to be with is on its way to that machine, from one that is drained.
    private bool WaitsForLeader(UnitCase unit, string machine)
    {
        IReadOnlyList<string> leaders = unit.Job?.Requirements.MachineOf ?? [];
        for (int i = 0; i < leaders.Count; i++)
        {
            if (!cases.TryGetValue(leaders[i], out UnitCase? leader) || !leader.HasPlace(machine)
                || leader.EntryOf(machine) is not null)
                continue;
            foreach (ScheduleEntry entry in leader.Entries)
            {
                if (survey.Draining.Contains(entry.MachineId))
                    return true;
            }
        }

        return false;
    }

    // True if the machine has a claim from now on.
    private bool Claim(UnitCase unit, string machine)
    {
        if (unit.EntryOf(machine) is { } entry)
        {
            bool stands = entry.State != ScheduleState.Revoked && unit.Ousted.Length == 0;
            Count(unit, stands);
            return stands;
        }

        bool mustBeAlone = unit.IsSingleton || unit.HasSingletonEntry;
        bool isFree = !(mustBeAlone && (unit.Entries.Count > 0 || unit.EndsOnLostMachine))
            && !unit.IsHeldForFollowers && !WaitsForLeader(unit, machine) && !IsInTheWay(unit, machine);
        Count(unit, isFree);
        if (!isFree)
            return false;
        ScheduleEntry made = EntryFor(unit, machine);
        draft.Write(
            EngineStage.Placements,
            EngineWrite.Create(draft.Keys.ScheduleEntry(machine, unit.Name), RegistryValues.WriteEntry(made)),
            new EngineEvent(
                EngineEventKind.Placed, unit.Name, machine, $"it is to be {DesiredStates.Word(unit.Job!.Desired)}"));
        return true;
    }

    private static void Count(UnitCase unit, bool stands)
    {
        unit.Scheduled += stands ? 1 : 0;
        unit.Waiting += stands ? 0 : 1;
    }

    private void Update(UnitCase unit, ScheduleEntry entry)
    {
        ScheduleEntry wanted = EntryFor(unit, entry.MachineId);
        if (IsFormerSingleton(unit, entry))
            wanted = wanted with { IsSingleton = true };
        if (wanted.Hash == entry.Hash && wanted.State == entry.State && wanted.IsSingleton == entry.IsSingleton
            && wanted.Restart == entry.Restart && wanted.Successor == entry.Successor)
            return;
        Replace(wanted with { ModifiedIndex = entry.ModifiedIndex });
    }

    private void Replace(ScheduleEntry entry) => draft.Write(
        EngineStage.Placements,
        EngineWrite.Replace(
            draft.Keys.ScheduleEntry(entry.MachineId, entry.Unit),
            RegistryValues.WriteEntry(entry),
            entry.ModifiedIndex));

    private void Revoke(UnitCase unit, ScheduleEntry entry) => draft.Write(
        EngineStage.Revocations,
        EngineWrite.Replace(
            draft.Keys.ScheduleEntry(entry.MachineId, unit.Name),
            RegistryValues.WriteEntry(entry with { State = ScheduleState.Revoked }),
            entry.ModifiedIndex),
        new EngineEvent(EngineEventKind.Revoked, unit.Name, entry.MachineId, WhyRevoked(unit, entry)));

    private static string WhyRevoked(UnitCase unit, ScheduleEntry entry) => unit switch
    {
        { Job: null } => "it was destroyed",
        { IsWanted: false } => "it is to be inactive",
        { Ousted.Length: > 0 } => unit.Ousted,
        { Leaves.Length: > 0 } => "the machine is drained",
        _ when unit.HasPlace(entry.MachineId) => "it is no singleton any longer, and its copy ends before others begin",
        { Places.Count: > 0, IsGlobal: false } => $"it moves to machine {unit.Places[0]}",
        _ => "it cannot stay there",
    };

    private static ScheduleEntry EntryFor(UnitCase unit, string machine)
    {
        Job job = unit.Job!;
        return new ScheduleEntry(
            machine,
            unit.Name,
            job.Hash,
            job.Desired == DesiredState.Launched ? ScheduleState.Launched : ScheduleState.Loaded)
        {
            IsSingleton = unit.IsSingleton,
            Restart = job.Restart,
        };
    }

    // A unit that is still there though it is not to be.
    private bool IsInTheWay(UnitCase unit, string machine)
    {
        foreach (ScheduleEntry entry in draft.Registry.ScheduleOf(machine).Values)
        {
            if (entry.Unit == unit.Name || !cases.TryGetValue(entry.Unit, out UnitCase? other))
                continue;
            bool leaves = entry.State == ScheduleState.Revoked
                || (!other.HasPlace(machine) && !other.IsFixed && !other.IsUnreadable);
            if (leaves && AreExclusive(unit, other))
                return true;
        }

        return false;
    }

    private static bool AreExclusive(UnitCase unit, UnitCase other) =>
        Names(unit.Job?.Requirements.Conflicts, other.Name)
        || Names(other.Job?.Requirements.Conflicts, unit.Name)
        || Names(unit.Job?.Requirements.Replaces, other.Name);

    private static bool Names(IReadOnlyList<string>? patterns, string name)
    {
        for (int i = 0; i < (patterns?.Count ?? 0); i++)
        {
            if (UnitGlob.IsMatch(patterns![i], name))
                return true;
        }

        return false;
    }

    // While a claim is waited for the old target stays: that machine still has the unit.
    private void SetTarget(UnitCase unit, Job job, string target)
    {
        if (unit.IsGlobal || !unit.IsWanted)
            target = "";
        else if (target.Length == 0 && unit.Places.Count > 0)
            return;
        if (target == job.Target)
            return;
        string key = draft.Keys.JobTarget(unit.Name);
        draft.Write(
            EngineStage.Placements,
            target.Length == 0 ? EngineWrite.Remove(key, job.TargetIndex)
            : job.Target.Length == 0 ? EngineWrite.Create(key, target)
            : EngineWrite.Replace(key, target, job.TargetIndex));
    }
}
