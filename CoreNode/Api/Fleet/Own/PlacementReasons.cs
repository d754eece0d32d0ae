using CoreNode.Units.Model;
using CoreNode.Units.Registry;
using CoreNode.Units.Scheduling;

namespace CoreNode.Api.Fleet.Own;

/// <summary>
/// Why units have no machine, by the rules that the engine places them by, of one state of the registry. The
/// scheduler's books are made when the first such unit asks: mostly none does. One caller at a time.
/// </summary>
internal sealed class PlacementReasons(RegistryState state)
{
    private Scheduler? _scheduler;

    /// <summary>The reason; empty if nothing keeps the unit away.</summary>
    public string Of(string unit) => (_scheduler ??= Fill()).Explain(unit);

    private Scheduler Fill()
    {
        Scheduler scheduler = new();
        foreach (RegisteredMachine one in state.Machines.Values)
        {
            if (one.Machine is { } machine)
                scheduler.SetMachine(machine);
        }

        foreach (Job job in state.Jobs.Values)
        {
            if (job.File is null || job.HasReplicas)
                continue;
            string name = job.Name.Full;
            scheduler.SetUnit(new UnitToPlace
            {
                Name = name,
                Requirements = job.Requirements,
                IsWanted = job.Desired != DesiredState.Inactive,
            });
            scheduler.SetPlaces(name, Places(job));
        }

        return scheduler;
    }

    private List<string> Places(Job job)
    {
        List<string> places = [];
        if (!job.Requirements.IsGlobal)
        {
            if (job.Target.Length > 0)
                places.Add(job.Target);
            return places;
        }

        foreach ((string machine, ScheduleEntry entry) in state.EntriesOf(job.Name.Full))
        {
            if (entry.State != ScheduleState.Revoked)
                places.Add(machine);
        }

        return places;
    }
}
