using System.Globalization;
using System.Text;

namespace CoreNode.Units.Scheduling;

/// <summary>Says for people why a unit is not on a machine, by what is in the books.</summary>
internal sealed class PlacementExplainer(SchedulerBooks books)
{
    private const int MostNames = 3;

    public string Explain(ScheduledUnit unit)
    {
        if (!unit.Facts.IsWanted || (!unit.Rules.IsGlobal && unit.Machines.Count > 0))
            return "";
        if (unit.Facts.Hold.Length > 0)
            return unit.Facts.Hold;
        if (books.Machines.All.Count == 0)
            return "there is no machine";
        if (unit.Rules.IsGlobal)
            return OfGlobal(unit);
        if (books.Replacements.RivalOf(unit) is { } rival)
            return $"{rival.Name} is placed, and the two replace each other";
        IReadOnlyList<ScheduledMachine> machines = books.Machines.All;
        if (unit.Rules.MachineId.Length > 0)
        {
            machines = books.Machines.Named(unit.Rules.MachineId);
            if (machines.Count == 0)
                return $"MachineID={unit.Rules.MachineId}: there is no such machine";
        }

        if (unit.Rules.MachineOf.Count > 0)
        {
            if (OfPeers(unit) is { Length: > 0 } reason)
                return reason;
            machines = books.Units[unit.Rules.MachineOf[0]].Machines;
        }

        return OfMachines(unit, machines);
    }

    private static string Short(string id) =>
        id.Length > MachineSet.ShortIdLength ? id[..MachineSet.ShortIdLength] : id;

    private static string Memory(long bytes) => bytes >= 1 << 20
        ? string.Create(CultureInfo.InvariantCulture, $"{(bytes + (1 << 20) - 1) >> 20} MB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes");

    private static string Processors(int millis) => string.Create(
        CultureInfo.InvariantCulture, $"{millis / 1000m:0.###} {(millis == 1000 ? "processor" : "processors")}");

    // Where no machine is on one's list, that says more than what keeps it from all others.
    private string OfMachines(ScheduledUnit unit, IReadOnlyList<ScheduledMachine> machines)
    {
        SortedDictionary<int, List<ScheduledMachine>> kept = [];
        foreach (ScheduledMachine machine in machines)
        {
            Obstacle obstacle = books.Judge.OfPlacing(unit, machine);
            if (obstacle == Obstacle.None)
                return $"it can be placed on {Short(machine.Id)} and is not yet";
            if (!kept.TryGetValue((int)obstacle, out List<ScheduledMachine>? same))
                kept[(int)obstacle] = same = [];
            same.Add(machine);
        }

        if (kept.Count == 1 && kept.TryGetValue((int)Obstacle.Metadata, out _) && machines.Count > 1)
            return $"no machine has metadata {unit.Filter} ({Count(machines.Count)})";
        if (kept.Count == 1 && kept.TryGetValue((int)Obstacle.Conflict, out _))
            return $"conflicts with {Conflicts(unit, machines)}";
        if (kept.Count == 1 && kept.TryGetValue((int)Obstacle.Replaced, out _))
            return $"replaced by {Replacing(unit, machines)}";
        string[] parts = [.. Parts(unit, kept, isOne: machines.Count == 1)];
        string subject = machines.Count == 1 ? $"machine {Short(machines[0].Id)}" : Count(machines.Count);
        return $"{subject}: {string.Join(", ", parts)}";
    }

    private string OfGlobal(ScheduledUnit unit)
    {
        SortedDictionary<int, List<ScheduledMachine>> kept = [];
        int meant = 0;
        int others = 0;
        foreach (ScheduledMachine machine in books.Machines.All)
        {
            Obstacle obstacle = unit.Machines.Contains(machine)
                ? Obstacle.None
                : books.Judge.OfPlacing(unit, machine);
            if (obstacle is Obstacle.Metadata or Obstacle.OtherMachine)
                continue;
            meant++;
            if (unit.Machines.Contains(machine))
                continue;
            others++;
            if (obstacle == Obstacle.None)
                return $"it can be placed on {Short(machine.Id)} and is not yet";
            if (!kept.TryGetValue((int)obstacle, out List<ScheduledMachine>? same))
                kept[(int)obstacle] = same = [];
            same.Add(machine);
        }

        if (meant == 0)
            return $"no machine has metadata {unit.Filter} ({Count(books.Machines.All.Count)})";
        return others == 0
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $"not on {others} of {Count(meant)}: {string.Join(", ", Parts(unit, kept, isOne: others == 1))}");
    }

    private string OfPeers(ScheduledUnit unit)
    {
        if (Circle(unit) is { } circle)
            return $"MachineOf= goes round in a circle: {circle}";
        List<ScheduledMachine>? common = null;
        foreach (string name in unit.Rules.MachineOf)
        {
            if (!books.Units.TryGetValue(name, out ScheduledUnit? peer))
                return $"MachineOf={name}: there is no such unit";
            if (!peer.Facts.IsWanted)
                return $"MachineOf={name} is not to be on any machine";
            if (peer.Machines.Count == 0)
                return $"MachineOf={name} is not placed";
            if (common is null)
                common = [.. peer.Machines];
            else
                common.RemoveAll(machine => !peer.Machines.Contains(machine));
            if (common.Count == 0)
                return $"MachineOf={string.Join(" and ", unit.Rules.MachineOf)} are not on one machine";
        }

        return "";
    }

    private string? Circle(ScheduledUnit unit)
    {
        // Who came to a unit first: followed back, it is the shortest way round.
        Dictionary<string, string> cameFrom = [];
        List<string> reached = [unit.Name];
        for (int i = 0; i < reached.Count; i++)
        {
            if (!books.Units.TryGetValue(reached[i], out ScheduledUnit? at))
                continue;
            foreach (string name in at.Rules.MachineOf)
            {
                if (name == unit.Name)
                    return Way(cameFrom, reached[i], unit.Name);
                if (cameFrom.TryAdd(name, reached[i]))
                    reached.Add(name);
            }
        }

        return null;
    }

    private static string Way(Dictionary<string, string> cameFrom, string last, string first)
    {
        string way = $"{last} -> {first}";
        for (string at = last; at != first; way = $"{at} -> {way}")
            at = cameFrom[at];
        return way;
    }

    private IEnumerable<string> Parts(
        ScheduledUnit unit, SortedDictionary<int, List<ScheduledMachine>> kept, bool isOne)
    {
        foreach ((int obstacle, List<ScheduledMachine> machines) in kept)
        {
            string number = isOne ? "" : machines.Count.ToString(CultureInfo.InvariantCulture) + " ";
            string ending = machines.Count == 1 ? "s" : "";
            yield return number + (Obstacle)obstacle switch
            {
                Obstacle.Metadata => $"without metadata {unit.Filter}",
                Obstacle.Peer => $"without {string.Join(" and ", unit.Rules.MachineOf)}",
                Obstacle.Cordoned => "cordoned",
                Obstacle.Draining => "draining",
                Obstacle.Conflict => $"conflict{ending} with {Conflicts(unit, machines)}",
                Obstacle.Replaced => $"taken by {Replacing(unit, machines)}",
                Obstacle.Avoided => $"avoided ({unit.Facts.Avoided[machines[0].Id]})",
                Obstacle.Memory => $"lack{ending} {Memory(unit.Rules.MemoryReserveBytes)} of memory",
                Obstacle.Processor => $"lack{ending} {Processors(unit.Rules.CpuReserveMillis)}",
                _ => "not meant",
            };
        }
    }

    private static string Conflicts(ScheduledUnit unit, IReadOnlyList<ScheduledMachine> machines) =>
        Names(machines, machine => First(machine, other => PlacementJudge.IsConflict(unit, other), unit));

    private string Replacing(ScheduledUnit unit, IReadOnlyList<ScheduledMachine> machines) =>
        Names(machines, machine => First(machine, other => books.Judge.IsReplacedBy(unit, other), unit));

    private static string First(ScheduledMachine machine, Predicate<ScheduledUnit> which, ScheduledUnit but)
    {
        ScheduledUnit? first = null;
        foreach (ScheduledUnit other in (List<ScheduledUnit>)[.. machine.Residents, .. machine.Leaving])
        {
            if (other != but && which(other) && (first is null || ScheduledUnit.Compare(other, first) < 0))
                first = other;
        }

        return first?.Name ?? "";
    }

    private static string Names(IReadOnlyList<ScheduledMachine> machines, Func<ScheduledMachine, string> nameOn)
    {
        StringBuilder text = new();
        int shown = Math.Min(machines.Count, MostNames);
        for (int i = 0; i < shown; i++)
            text.Append(i == 0 ? "" : ", ").Append(nameOn(machines[i])).Append(" on ").Append(Short(machines[i].Id));
        if (machines.Count > shown)
            text.Append(CultureInfo.InvariantCulture, $" and {machines.Count - shown} more");
        return text.ToString();
    }

    private static string Count(int machines) => machines == 1
        ? "1 machine"
        : string.Create(CultureInfo.InvariantCulture, $"{machines} machines");
}
