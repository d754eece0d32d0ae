using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Api.Fleet.Own;

/// <summary>A unit as /corenode/v1 shows it, of one state of the registry. Pure.</summary>
/// <param name="Job">The unit.</param>
/// <param name="Current">What became of what is wanted of it.</param>
/// <param name="Reason">Why it is not where it should be; empty if it is.</param>
/// <param name="Places">The machines that have it, in order of their ids.</param>
internal sealed record UnitView(Job Job, DesiredState Current, string Reason, IReadOnlyList<UnitPlace> Places)
{
    /// <summary>Of a template: how many of its replicas do not have its content yet.</summary>
    public int Outdated { get; init; }

    /// <summary>Looks at a unit.</summary>
    public static UnitView Of(RegistryState state, Job job, PlacementReasons reasons)
    {
        List<UnitPlace> places = PlacesOf(state, job.Name.Full);
        DesiredState current = CurrentOf(state, job, places);
        return new UnitView(job, current, UnitReason.Of(state, job, current, places, reasons), places)
        {
            Outdated = job.HasReplicas ? OutdatedOf(state, job) : 0,
        };
    }

    private static int OutdatedOf(RegistryState state, Job template)
    {
        int outdated = 0;
        for (int i = 1; i <= template.Requirements.Replicas; i++)
        {
            string name = template.Name.InstanceOf(i.ToString(System.Globalization.CultureInfo.InvariantCulture));
            outdated += state.Jobs.TryGetValue(name, out Job? replica) && replica.Hash != template.Hash ? 1 : 0;
        }

        return outdated;
    }

    /// <summary>The machines that have a unit or shall have it: those that say so, and those it is given to.</summary>
    public static List<UnitPlace> PlacesOf(RegistryState state, string unit)
    {
        SortedDictionary<string, UnitPlace> places = new(StringComparer.Ordinal);
        foreach ((string machine, ScheduleEntry entry) in state.EntriesOf(unit))
            places[machine] = new UnitPlace(machine, state.Machine(machine), entry, null);
        foreach ((string machine, UnitStateRecord record) in state.StatesOf(unit))
        {
            places[machine] = places.TryGetValue(machine, out UnitPlace? known)
                ? known with { State = record }
                : new UnitPlace(machine, state.Machine(machine), null, record);
        }

        return [.. places.Values];
    }

    // A global unit is as far as the machine that is furthest behind; fleet has no word for that.
    private static DesiredState CurrentOf(RegistryState state, Job job, List<UnitPlace> places)
    {
        if (!job.Requirements.IsGlobal)
            return state.CurrentState(job);
        DesiredState current = DesiredState.Inactive;
        bool isFirst = true;
        foreach (UnitPlace place in places)
        {
            DesiredState here = place.State is null ? DesiredState.Inactive
                : place.Entry is { State: ScheduleState.Launched } && place.State.States.Active != "inactive"
                    ? DesiredState.Launched
                    : DesiredState.Loaded;
            current = isFirst || here < current ? here : current;
            isFirst = false;
        }

        return current;
    }
}
