using CoreNode.Units.Model;
using CoreNode.Units.Registry;
using CoreNode.Units.Scheduling;

namespace CoreNode.Units.Engine;

/// <summary>
/// Tells the scheduler what changed since the plan before, and asks it. A unit's places as the registry has them are
/// told once, when it becomes known: from then on the scheduler's decision is what is to be, and
/// <see cref="ClaimDecisions"/> gets there as fast as claims allow.
/// </summary>
internal sealed class PlacementDesk
{
    private readonly Scheduler _scheduler = new();
    private readonly HashSet<string> _machines = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Told> _told = new(StringComparer.Ordinal);
    private MachineSurvey? _survey;

    /// <summary>Tells and asks, and says of which units places may be others than before.</summary>
    /// <param name="survey">The machines.</param>
    /// <param name="looked">Units that are looked at anew, in order; all others are as they were.</param>
    /// <param name="gone">Units that are no longer known, in order.</param>
    public SortedSet<string> Decide(MachineSurvey survey, List<UnitCase> looked, List<string> gone)
    {
        TellMachines(survey);
        List<UnitCase> picky = [];
        foreach (UnitCase unit in looked)
        {
            if (unit.Leaves.Length > 0)
                unit.Avoid(unit.Leaves, "it is drained");
            Tell(survey, unit);
            if (unit.Avoided.Count > 0)
                picky.Add(unit);
        }

        Forget(looked, gone);
        SortedSet<string> moved = new(StringComparer.Ordinal);
        foreach (PlacementChange change in _scheduler.Decide())
            moved.Add(change.Unit);
        if (!GiveIn(survey, looked, picky))
            return moved;
        foreach (PlacementChange change in _scheduler.Decide())
            moved.Add(change.Unit);
        return moved;
    }

    /// <summary>The places that scheduling has a unit at, as it decided last; none if it knows no such unit.</summary>
    public IReadOnlyList<string> PlacesOf(string unit) =>
        _told.ContainsKey(unit) ? _scheduler.PlacesOf(unit) : [];

    /// <summary>Fills in a unit's places.</summary>
    public void Take(UnitCase unit)
    {
        unit.Places.Clear();
        unit.IsUnplaced = false;
        if (!unit.IsWanted || unit.IsFixed)
            return;
        IReadOnlyList<string> places = _scheduler.PlacesOf(unit.Name);
        for (int i = 0; i < places.Count; i++)
            unit.Places.Add(places[i]);
        unit.IsUnplaced = places.Count == 0 && !unit.IsGlobal;
    }

    private void TellMachines(MachineSurvey survey)
    {
        if (ReferenceEquals(survey, _survey))
            return;
        _survey = survey;
        List<string> gone = [];
        foreach (string machine in _machines)
        {
            if (!survey.Known.Contains(machine))
                gone.Add(machine);
        }

        gone.Sort(string.CompareOrdinal);
        foreach (string machine in gone)
        {
            _machines.Remove(machine);
            _scheduler.RemoveMachine(machine);
        }

        foreach (Machine machine in survey.Machines)
        {
            _machines.Add(machine.Id);
            _scheduler.SetMachine(machine);
        }
    }

    private void Tell(MachineSurvey survey, UnitCase unit)
    {
        if (unit.IsUnreadable || unit.Job is { Name.IsTemplate: true })
            return;
        if (!_told.TryGetValue(unit.Name, out Told? told))
        {
            if (!unit.IsWanted && unit.Entries.Count == 0)
                return;
            _told[unit.Name] = told = new Told();
        }

        UnitToPlace facts = FactsOf(survey, unit, told);
        if (told.Facts is not { } before || !IsSame(before, facts))
        {
            told.Facts = facts;
            _scheduler.SetUnit(facts);
        }

        if (unit.IsFixed)
        {
            told.IsSeeded = false;
        }
        else if (!told.IsSeeded && unit.IsWanted)
        {
            told.IsSeeded = true;
            _scheduler.SetPlaces(unit.Name, PlacesOf(survey, unit));
        }
        else if (unit is { IsTakenBack: true, IsWanted: true, Claim: { } claim })
        {
            _scheduler.SetPlaces(unit.Name, [claim.MachineId]);
        }
    }

    private void Forget(List<UnitCase> looked, List<string> gone)
    {
        List<string> forgotten = [.. gone];
        foreach (UnitCase unit in looked)
        {
            if (!unit.IsWanted && !unit.IsUnreadable && unit.Entries.Count == 0)
                forgotten.Add(unit.Name);
        }

        forgotten.Sort(string.CompareOrdinal);
        foreach (string name in forgotten)
        {
            if (_told.Remove(name))
                _scheduler.RemoveUnit(name);
        }
    }

    // Machines are avoided only as long as there are others. What was to leave a drained machine and cannot, and what
    // had to go with that, is back where it was.
    private bool GiveIn(MachineSurvey survey, List<UnitCase> looked, List<UnitCase> picky)
    {
        bool gaveIn = false;
        foreach (UnitCase unit in picky)
        {
            if (!unit.IsWanted || unit.IsFixed || _scheduler.PlacesOf(unit.Name).Count > 0)
                continue;
            gaveIn = true;
            if (unit.Leaves.Length > 0)
                unit.Reason = _scheduler.Explain(unit.Name);
            unit.AvoidNothing();
            Tell(survey, unit);
        }

        if (!gaveIn || survey.Draining.Count == 0)
            return gaveIn;
        foreach (UnitCase unit in looked)
        {
            if (unit is { IsWanted: true, IsGlobal: false, IsFixed: false, Ousted: "", Claim: { } claim }
                && survey.Draining.Contains(claim.MachineId) && _scheduler.PlacesOf(unit.Name).Count == 0)
                _scheduler.SetPlaces(unit.Name, [claim.MachineId]);
        }

        return true;
    }

    // Where it stands; without any entry, where the registry says that it was to be.
    private static List<string> PlacesOf(MachineSurvey survey, UnitCase unit)
    {
        List<string> places = [];
        if (unit.IsGlobal)
        {
            foreach (ScheduleEntry entry in unit.Entries)
            {
                if (entry.State != ScheduleState.Revoked)
                    places.Add(entry.MachineId);
            }
        }
        else if (unit.Claim is { } claim)
        {
            places.Add(claim.MachineId);
        }
        else if (unit.Entries.Count == 0 && unit.Job is { } job && survey.Known.Contains(job.Target))
        {
            places.Add(job.Target);
        }

        return places;
    }

    private static UnitToPlace FactsOf(MachineSurvey survey, UnitCase unit, Told told)
    {
        List<string>? leaving = null;
        foreach (ScheduleEntry entry in unit.Entries)
        {
            bool isLeaving = entry.State == ScheduleState.Revoked || !unit.IsWanted
                || (!unit.IsGlobal && unit.Claim is not null && entry != unit.Claim);
            if (survey.Known.Contains(entry.MachineId) && isLeaving)
                (leaving ??= []).Add(entry.MachineId);
        }

        return new UnitToPlace
        {
            Name = unit.Name,
            Requirements = told.RequirementsOf(unit),
            IsWanted = unit.IsWanted,
            Hold = unit.IsFixed ? "its machine has not registered yet" : "",
            Avoided = unit.Avoided,
            Leaving = leaving is null ? [] : leaving,
        };
    }

    private static bool IsSame(UnitToPlace a, UnitToPlace b)
    {
        if (!ReferenceEquals(a.Requirements, b.Requirements) || a.IsWanted != b.IsWanted || a.Hold != b.Hold
            || a.Leaving.Count != b.Leaving.Count || a.Avoided.Count != b.Avoided.Count)
            return false;
        for (int i = 0; i < a.Leaving.Count; i++)
        {
            if (a.Leaving[i] != b.Leaving[i])
                return false;
        }

        foreach (string machine in a.Avoided.Keys)
        {
            if (!b.Avoided.ContainsKey(machine))
                return false;
        }

        return true;
    }

    // What the scheduler knows of one unit.
    private sealed class Told
    {
        private UnitRequirements _requirements = UnitRequirements.None;

        public UnitToPlace? Facts { get; set; }

        /// <summary>Its places were told.</summary>
        public bool IsSeeded { get; set; }

        // What a unit that was destroyed asked for holds until it is gone.
        public UnitRequirements RequirementsOf(UnitCase unit) =>
            unit.Job is { File: not null } job ? _requirements = job.Requirements : _requirements;
    }
}
