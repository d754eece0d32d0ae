using CoreNode.Units.Model;
using CoreNode.Units.Registry;
using CoreNode.Units.Scheduling;

namespace CoreNode.Units.Drains;

/// <summary>
/// Which singletons would run nowhere without a machine, by the rules that the engine places by. Pure.
/// </summary>
public static class OnlyPlaces
{
    /// <summary>Those that no other machine can take, each with the reason; empty: none.</summary>
    /// <param name="registry">Units and machines as they are.</param>
    /// <param name="machine">The machine that is to go.</param>
    public static IReadOnlyList<StayingUnit> Of(RegistryState registry, string machine)
    {
        List<Job> here = [];
        foreach (ScheduleEntry entry in registry.ScheduleOf(machine).Values)
        {
            if (registry.Jobs.TryGetValue(entry.Unit, out Job? job) && job is
                { Requirements: { IsSingleton: true, IsGlobal: false }, Desired: not DesiredState.Inactive })
                here.Add(job);
        }

        if (here.Count == 0)
            return [];
        Scheduler scheduler = Without(registry, machine);
        scheduler.Decide();
        List<StayingUnit> stuck = [];
        foreach (Job job in here)
        {
            string unit = job.Name.Full;
            if (scheduler.PlacesOf(unit).Count == 0)
                stuck.Add(new StayingUnit(unit, scheduler.Explain(unit), IsPassedOver: true));
        }

        return stuck;
    }

    private static Scheduler Without(RegistryState registry, string machine)
    {
        Scheduler scheduler = new();
        foreach (RegisteredMachine one in registry.Machines.Values)
        {
            if (one.Machine is { } other && other.Id != machine)
                scheduler.SetMachine(other);
        }

        foreach (Job job in registry.Jobs.Values)
        {
            if (job.File is null || job.HasReplicas)
                continue;
            string unit = job.Name.Full;
            scheduler.SetUnit(new UnitToPlace
            {
                Name = unit,
                Requirements = job.Requirements,
                IsWanted = job.Desired != DesiredState.Inactive,
            });
            if (!job.Requirements.IsGlobal && job.Target.Length > 0 && job.Target != machine)
                scheduler.SetPlaces(unit, [job.Target]);
        }

        return scheduler;
    }
}
