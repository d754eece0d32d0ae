using CoreNode.Foundation;
using CoreNode.Units.Model;
using CoreNode.Units.Scheduling;

namespace CoreNode.Tests.Units.Scheduling;

/// <summary>
/// Thousands of small clusters, changed at random: the scheduler, which is told of changes only, and its naive twin,
/// which looks at everything each time, agree on where everything is. A failure names its seed.
/// </summary>
[TestFixture, Category("Unit")]
internal sealed class SchedulerComparisonTests
{
    private const ulong Seeds = 3000;
    private const int Steps = 25;

    [Test]
    public void The_scheduler_decides_as_its_naive_twin_does()
    {
        int placed = 0;
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            RandomScheduling run = new(seed);
            Prng chance = new Prng(seed).Child("steps");
            for (int step = 0; step < Steps; step++)
            {
                for (int changes = chance.Next(1, 5); changes > 0; changes--)
                    run.Change();
                run.Decide();
                Compare(run, seed);
                CheckPromises(run, seed);
                placed += run.Units.Keys.Sum(u => run.Scheduler.PlacesOf(u).Count);
            }
        }

        Assert.That(placed, Is.GreaterThan((int)Seeds * Steps), "there is something to place");
    }

    [Test]
    public void Nothing_is_decided_where_nothing_changed()
    {
        for (ulong seed = 1; seed <= 300; seed++)
        {
            RandomScheduling run = new(seed);
            for (int i = 0; i < 40; i++)
                run.Change();
            run.Decide();
            Assert.That(run.Decide(), Is.Empty, $"seed {seed}\n{run.Story}");
        }
    }

    [Test]
    public void A_scheduler_that_is_told_everything_anew_leaves_everything_where_it_is()
    {
        for (ulong seed = 1; seed <= 500; seed++)
        {
            RandomScheduling run = new(seed);
            for (int i = 0; i < 40; i++)
                run.Change();
            run.Decide();
            Scheduler other = new();
            foreach (UnitToPlace unit in run.Units.Values.Reverse())
            {
                other.SetUnit(unit);
                other.SetPlaces(unit.Name, run.Scheduler.PlacesOf(unit.Name));
            }

            foreach (Machine machine in run.Machines.Values)
                other.SetMachine(machine);
            Assert.That(other.Decide(), Is.Empty, $"seed {seed}\n{run.Story}");
            foreach (string name in run.Units.Keys)
                Assert.That(other.Explain(name), Is.EqualTo(run.Scheduler.Explain(name)), $"seed {seed}, {name}");
        }
    }

    [Test]
    public void A_joining_machine_moves_only_global_units_and_takes_what_had_no_place()
    {
        for (ulong seed = 1; seed <= 500; seed++)
        {
            RandomScheduling run = new(seed);
            for (int i = 0; i < 40; i++)
                run.Change();
            run.Decide();
            string joined = new('f', 32);
            run.Scheduler.SetMachine(new Machine { Id = joined });
            foreach (PlacementChange change in run.Scheduler.Decide())
            {
                // Who comes there may replace nobody, for nobody is there; but it may free what others wait for.
                Assert.That(change.From, Is.Null, $"seed {seed}: {change}\n{run.Story}");
                Assert.That(change.To, Is.Not.Null, $"seed {seed}: {change}");
            }
        }
    }

    private static void Compare(RandomScheduling run, ulong seed)
    {
        foreach (string name in run.Units.Keys)
        {
            string fast = string.Join(' ', run.Scheduler.PlacesOf(name));
            string naive = string.Join(' ', run.Naive.PlacesOf(name));
            if (fast != naive)
                Assert.Fail($"seed {seed}: {name} is on \"{fast}\", the twin says \"{naive}\"\n{run.Story}");
            Assert.That(
                run.Known[name], Is.EquivalentTo(run.Scheduler.PlacesOf(name)), $"seed {seed}, {name}\n{run.Story}");
        }
    }

    private static void CheckPromises(RandomScheduling run, ulong seed)
    {
        foreach (UnitToPlace unit in run.Units.Values)
        {
            IReadOnlyList<string> on = run.Scheduler.PlacesOf(unit.Name);
            string reason = run.Scheduler.Explain(unit.Name);
            bool isGlobal = unit.Requirements.IsGlobal;
            if (!unit.IsWanted)
                Assert.That(on, Is.Empty, $"seed {seed}: {unit.Name} is not wanted");
            if (!isGlobal)
            {
                Assert.That(on.Count, Is.LessThanOrEqualTo(1), $"seed {seed}: {unit.Name}");
                Assert.That(
                    reason.Length == 0, Is.EqualTo(on.Count == 1 || !unit.IsWanted),
                    $"seed {seed}: {unit.Name} on \"{string.Join(' ', on)}\": \"{reason}\"\n{run.Story}");
            }

            Assert.That(
                reason, Does.Not.Contain("and is not yet").And.Not.Contain("\n"),
                $"seed {seed}: {unit.Name}\n{run.Story}");
            bool isListed = run.Scheduler.Unplaced.Contains(unit.Name);
            Assert.That(isListed, Is.EqualTo(!isGlobal && unit.IsWanted && on.Count == 0), $"seed {seed}: {unit.Name}");
        }

        foreach (Machine machine in run.Machines.Values)
            CheckMachine(run, machine, seed);
    }

    private static void CheckMachine(RandomScheduling run, Machine machine, ulong seed)
    {
        UnitToPlace[] there =
            [.. run.Units.Values.Where(u => run.Scheduler.PlacesOf(u.Name).Contains(machine.Id))];
        long memory = there.Sum(u => u.Requirements.MemoryReserveBytes);
        long cpu = there.Sum(u => u.Requirements.CpuReserveMillis);
        Assert.That(machine.MemoryBytes == 0 || memory <= machine.MemoryBytes, $"seed {seed}: memory of {machine.Id}");
        Assert.That(machine.CpuMillis == 0 || cpu <= machine.CpuMillis, $"seed {seed}: processors of {machine.Id}");
        foreach (UnitToPlace unit in there)
        {
            Assert.That(
                unit.Requirements.MachineMetadata.All(m => m.IsMetBy(machine.Metadata)), $"seed {seed}: {unit.Name}");
            Assert.That(
                unit.Requirements.IsGlobal || unit.Requirements.MachineOf.All(p => there.Any(u => u.Name == p)),
                $"seed {seed}: {unit.Name} is with those that it follows");
            foreach (string pattern in unit.Requirements.Conflicts)
            {
                Assert.That(
                    there.Where(u => u != unit).Any(u => UnitGlob.IsMatch(pattern, u.Name)), Is.False,
                    $"seed {seed}: {unit.Name} conflicts with {pattern} on {machine.Id}\n{run.Story}");
            }
        }
    }
}
