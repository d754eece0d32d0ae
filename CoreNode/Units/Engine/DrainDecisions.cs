using System.Globalization;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Engine;

/// <summary>
/// Units of machines that are drained. They leave where another machine can take them; what cannot go anywhere stays.
/// Ordinary units leave together. Singletons and replicas leave one after the other, each once the one before runs or
/// has failed elsewhere, and of a template's replicas only while no other one is on its way.
/// </summary>
internal sealed class DrainDecisions(PlanDraft draft, MachineSurvey survey, IReadOnlyDictionary<string, UnitCase> cases)
{
    /// <summary>Before scheduling: who is to try to leave. All units of such machines are looked at anew.</summary>
    public void Choose()
    {
        foreach (string machine in survey.Draining)
        {
            List<UnitCase> units = [];
            foreach (string name in draft.Registry.ScheduleOf(machine).Keys)
            {
                UnitCase unit = cases[name];
                if (unit is { IsWanted: true, IsGlobal: false, IsFixed: false, Ousted: "", Claim: { } claim }
                    && claim.MachineId == machine)
                    units.Add(unit);
            }

            if (units.Count > 0)
                Choose(machine, units);
        }
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
            else if (IsCareful(unit))
            {
                draft.Moving[unit.Leaves] = new MovingUnit(unit.Name, draft.Now);
                draft.LookAt(draft.Now + draft.Options.DrainPatience);
            }
        }
    }

    private void Choose(string machine, List<UnitCase> units)
    {
        bool isFree = !IsMoving(machine);
        foreach (UnitCase unit in units)
        {
            if (draft.Memory.Stuck.TryGetValue(unit.Name, out StuckUnit? stuck) && stuck.Until > draft.Now)
            {
                Keep(unit, stuck);
            }
            else if (!IsCareful(unit))
            {
                unit.Leaves = machine;
            }
            else if (isFree && !HasSiblingOnItsWay(unit))
            {
                unit.Leaves = machine;
                isFree = false;
            }
            else
            {
                unit.Notice ??= new JobNotice($"machine {machine} is drained, it waits for its turn to move");
            }
        }
    }

    private void Keep(UnitCase unit, StuckUnit stuck)
    {
        draft.Stuck[unit.Name] = stuck;
        draft.LookAt(stuck.Until);
        unit.Notice ??= new JobNotice($"its machine is drained, but no other one can take it: {stuck.Reason}");
    }

    private static bool IsCareful(UnitCase unit) => unit.IsSingleton || unit.ReplicaOf.Length > 0;

    private bool IsMoving(string machine)
    {
        if (!draft.Memory.Moving.TryGetValue(machine, out MovingUnit? moving)
            || !IsOnItsWay(moving, machine))
            return false;
        draft.Moving[machine] = moving;
        draft.LookAt(moving.Since + draft.Options.DrainPatience);
        return true;
    }

    private bool IsOnItsWay(MovingUnit moving, string from) =>
        draft.Now - moving.Since < draft.Options.DrainPatience
        && cases.TryGetValue(moving.Unit, out UnitCase? unit)
        && unit.IsWanted
        && (unit.Claim?.MachineId == from || !ReplicaDecisions.IsSettled(draft.Registry, unit));

    private bool HasSiblingOnItsWay(UnitCase unit)
    {
        if (unit.ReplicaOf.Length == 0)
            return false;
        foreach ((string machine, MovingUnit moving) in draft.Memory.Moving)
        {
            if (cases.TryGetValue(moving.Unit, out UnitCase? other) && other != unit
                && other.ReplicaOf == unit.ReplicaOf && IsOnItsWay(moving, machine))
                return true;
        }

        Job template = draft.Registry.Jobs[unit.ReplicaOf];
        for (int number = 1; number <= template.Requirements.Replicas; number++)
        {
            string name = template.Name.InstanceOf(number.ToString(CultureInfo.InvariantCulture));
            if (!cases.TryGetValue(name, out UnitCase? other) || other == unit || other.ReplicaOf != unit.ReplicaOf)
                continue;
            if (other.Leaves.Length > 0)
                return true;
            if (other is { IsWanted: true, Claim: not null } && !ReplicaDecisions.IsSettled(draft.Registry, other))
                return true;
        }

        return false;
    }
}
