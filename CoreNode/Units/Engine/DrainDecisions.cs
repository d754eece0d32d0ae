using System.Globalization;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Engine;

/// <summary>
/// Units of machines that are drained (docs/decisions/0055). They leave where another machine can take them; what
/// cannot go anywhere stays. What others there need leaves after these. Ordinary units leave together; singletons and
/// replicas one after the other, each once the one before has left and runs, or was passed over at its deadline.
/// </summary>
internal sealed class DrainDecisions(
    PlanDraft draft, MachineSurvey survey, PlacementDesk desk, IReadOnlyDictionary<string, UnitCase> cases)
{
    /// <summary>Before scheduling: who is to try to leave. All units of such machines are looked at anew.</summary>
    public void Choose()
    {
        foreach ((string unit, MovingUnit moving) in draft.Memory.Moving)
        {
            if (survey.Draining.Contains(moving.Machine) && IsOnItsWay(unit, moving))
                Remember(unit, moving);
        }

        foreach (string machine in survey.Draining)
            Choose(machine);
    }

    /// <summary>After scheduling: who leaves, and who is stuck.</summary>
    public void Conclude(List<UnitCase> looked)
    {
        foreach (UnitCase unit in looked)
        {
            if (unit.Leaves.Length == 0)
                continue;
            if (unit.Reason.Length > 0)
            {
                Keep(unit, new StuckUnit(draft.Now + draft.Options.StuckPause, unit.Reason));
                unit.Reason = "";
            }
            else
            {
                Remember(unit.Name, new MovingUnit(unit.Leaves, draft.Now));
            }
        }
    }

    private void Choose(string machine)
    {
        List<UnitCase> staying = [];
        List<UnitCase> there = [];
        foreach (ScheduleEntry entry in draft.Registry.ScheduleOf(machine).Values)
        {
            UnitCase unit = cases[entry.Unit];
            if (unit.IsGlobal)
                continue;
            there.Add(unit);
            if (unit is { IsWanted: true, IsFixed: false, Ousted: "", Claim: { } claim } && claim.MachineId == machine
                && !(draft.Moving.ContainsKey(unit.Name) && IsPlacedElsewhere(unit.Name, machine)))
                staying.Add(unit);
            else if (unit.IsWanted && !draft.Moving.ContainsKey(unit.Name))
                Remember(unit.Name, new MovingUnit(machine, draft.Now));
        }

        foreach (UnitCase unit in there)
            TellPassedOver(unit, machine);
        if (staying.Count > 0)
            Choose(machine, staying, new LeavingOrder(draft, there));
    }

    private void Choose(string machine, List<UnitCase> staying, LeavingOrder order)
    {
        bool isFree = !IsSomebodyMoving(machine);
        List<UnitCase> ready = [];
        foreach (UnitCase unit in staying)
        {
            if (draft.Memory.Stuck.TryGetValue(unit.Name, out StuckUnit? stuck) && stuck.Until > draft.Now)
                Keep(unit, stuck);
        }

        foreach (UnitCase unit in staying)
        {
            if (draft.Stuck.ContainsKey(unit.Name) || LeavingOrder.GoesWithAny(unit, staying))
                continue;
            if (order.WhoNeeds(unit) is { } needing)
                unit.Notice ??= new JobNotice(
                    $"machine {machine} is drained, it leaves after {needing}, which needs it")
                {
                    IsStaying = draft.Stuck.ContainsKey(needing) || draft.IsPassedOver(needing),
                };
            else
                ready.Add(unit);
        }

        // Those that need each other in a circle.
        if (ready.Count == 0 && isFree && order.FirstOfCircle(staying) is { } first)
            ready.Add(first);
        foreach (UnitCase unit in ready)
        {
            if (IsCareful(unit) && (!isFree || HasSiblingOnItsWay(unit)))
            {
                unit.Notice = new JobNotice($"machine {machine} is drained, it waits for its turn to move");
                continue;
            }

            isFree &= !IsCareful(unit);
            unit.Leaves = machine;
            foreach (UnitCase follower in staying)
            {
                if (UnitNeeds.GoesWith(follower, unit.Name))
                    follower.Leaves = machine;
            }
        }
    }

    private void Remember(string unit, MovingUnit moving)
    {
        draft.Moving[unit] = moving;
        DateTimeOffset deadline = draft.DeadlineOf(unit, moving);
        if (deadline > draft.Now)
            draft.LookAt(deadline);
    }

    private void Keep(UnitCase unit, StuckUnit stuck)
    {
        draft.Stuck[unit.Name] = stuck;
        draft.LookAt(stuck.Until);
        unit.Notice ??= new JobNotice($"its machine is drained, but no other one can take it: {stuck.Reason}")
        {
            IsStaying = true,
        };
    }

    // The others do not wait for it any longer.
    private void TellPassedOver(UnitCase unit, string machine)
    {
        if (unit.Job is not { } job || !draft.Moving.TryGetValue(unit.Name, out MovingUnit? moving)
            || moving.Machine != machine || !draft.IsPassedOver(unit.Name))
            return;
        string why = unit.EntryOf(machine) is { State: ScheduleState.Revoked } ? "it has not been stopped yet"
            : unit.Claim is { } claim && claim.MachineId != machine
                ? $"its new copy on machine {claim.MachineId} {Handover.WhyNot(draft.Registry, job, claim)}"
            : "what needs it there has not left yet";
        unit.Notice = new JobNotice(string.Create(
            CultureInfo.InvariantCulture,
            $"machine {machine} is drained, but it has not left it in "
            + $"{job.Requirements.DrainDeadline.TotalSeconds:0.#} s: {why}"))
        {
            IsStaying = true,
        };
    }

    private static bool IsCareful(UnitCase unit) => unit.IsSingleton || unit.ReplicaOf.Length > 0;

    private bool IsSomebodyMoving(string machine)
    {
        foreach ((string unit, MovingUnit moving) in draft.Moving)
        {
            if (moving.Machine == machine && !draft.IsPassedOver(unit)
                && cases.TryGetValue(unit, out UnitCase? other) && IsCareful(other))
                return true;
        }

        return false;
    }

    private bool IsOnItsWay(string name, MovingUnit moving)
    {
        if (!cases.TryGetValue(name, out UnitCase? unit) || !unit.IsWanted || unit.IsGlobal)
            return false;
        // Also when it was passed over: so it is known since when it was to leave.
        if (unit.EntryOf(moving.Machine) is not null)
            return unit.Claim?.MachineId != moving.Machine || IsPlacedElsewhere(name, moving.Machine);
        return draft.Now < draft.DeadlineOf(name, moving) && !ReplicaDecisions.IsSettled(draft.Registry, unit);
    }

    // It was decided, and waits for a write or for what has to leave before it.
    private bool IsPlacedElsewhere(string name, string machine)
    {
        IReadOnlyList<string> places = desk.PlacesOf(name);
        return places.Count == 1 && places[0] != machine;
    }

    private bool HasSiblingOnItsWay(UnitCase unit)
    {
        if (unit.ReplicaOf.Length == 0)
            return false;
        Job template = draft.Registry.Jobs[unit.ReplicaOf];
        for (int number = 1; number <= template.Requirements.Replicas; number++)
        {
            string name = template.Name.InstanceOf(number.ToString(CultureInfo.InvariantCulture));
            if (!cases.TryGetValue(name, out UnitCase? other) || other == unit || other.ReplicaOf != unit.ReplicaOf)
                continue;
            if (other.Leaves.Length > 0 || (draft.Moving.ContainsKey(name) && !draft.IsPassedOver(name)))
                return true;
            // Who leaves only when its new copy works takes nothing away.
            if (!Handover.IsPossible(unit) && other is { IsWanted: true, Claim: not null }
                && !ReplicaDecisions.IsSettled(draft.Registry, other))
                return true;
        }

        return false;
    }
}
