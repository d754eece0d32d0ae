using System.Globalization;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Api.Fleet.Own;

/// <summary>
/// Why a unit is not where it should be, in one line for people; empty if it is. Every unit that is not has a reason:
/// the engine's, the scheduler's, its machine's, or that it is on its way. Pure.
/// </summary>
internal static class UnitReason
{
    private const int ShortIdLength = 8;

    /// <summary>The reason.</summary>
    public static string Of(
        RegistryState state, Job job, DesiredState current, IReadOnlyList<UnitPlace> places, PlacementReasons reasons)
    {
        if (job.File is null)
            return $"its text (unit/{job.Hash}) is missing or damaged: submit it again";
        if (job.HasReplicas)
            return OfReplicas(state, job);
        if (job.Desired == DesiredState.Inactive)
            return OfUnwanted(places);
        if (job.Notice is { } notice)
            return notice.Reason;
        foreach (UnitPlace place in places)
        {
            bool isMeant = job.Requirements.IsGlobal || place.MachineId == job.Target;
            if (isMeant && OfMachine(job, place) is { Length: > 0 } reason)
                return reason;
        }

        if (job.Requirements.IsGlobal)
            return OfGlobal(state, job, places, reasons);
        if (job.Target.Length == 0)
            return Or(reasons.Of(job.Name.Full), "it waits to be placed");
        if (state.Machine(job.Target) is null)
        {
            return $"its machine {Short(job.Target)} is gone; it is placed elsewhere once the machine's lease is over";
        }

        if (current < job.Desired)
            return $"machine {Short(job.Target)} has not {(job.Desired == DesiredState.Launched && current
                == DesiredState.Loaded ? "started" : "loaded")} it yet";
        return current > job.Desired ? $"machine {Short(job.Target)} has not stopped it yet" : "";
    }

    private static string OfUnwanted(IReadOnlyList<UnitPlace> places)
    {
        foreach (UnitPlace place in places)
        {
            // Of a machine that is gone nothing will ever be told.
            if (place.Machine is not null)
                return $"machine {Short(place.MachineId)} has not unloaded it yet";
        }

        return "";
    }

    // What the machine itself says is wrong.
    private static string OfMachine(Job job, UnitPlace place)
    {
        string machine = Short(place.MachineId);
        if (place.State is not { } state)
            return "";
        if (state.Reason.Length > 0)
            return $"machine {machine}: {state.Reason}";
        if (job.Desired != DesiredState.Launched)
            return "";
        if (state.States.Active == "failed")
            return $"failed on machine {machine}: {UnitFailure.Describe(state.Result, state.ExitStatus)}";

        return state.IsHealthy == false ? $"not healthy on machine {machine}" : "";
    }

    private static string OfGlobal(
        RegistryState state, Job job, IReadOnlyList<UnitPlace> places, PlacementReasons reasons)
    {
        foreach (UnitPlace place in places)
        {
            if (place.Machine is not null && place.Entry is not null && place.State is null)
                return $"machine {Short(place.MachineId)} has not loaded it yet";
        }

        return state.EntriesOf(job.Name.Full).Count < state.Machines.Count ? reasons.Of(job.Name.Full) : "";
    }

    private static string OfReplicas(RegistryState state, Job job)
    {
        if (job.Desired == DesiredState.Inactive)
            return "";
        int wanted = job.Requirements.Replicas;
        int there = 0;
        for (int i = 1; i <= wanted; i++)
        {
            string instance = job.Name.InstanceOf(i.ToString(CultureInfo.InvariantCulture));
            if (state.Jobs.TryGetValue(instance, out Job? one) && state.CurrentState(one) >= job.Desired)
                there++;
        }

        string told = Or(job.Notice?.Reason, "");
        if (there == wanted)
            return told;
        string count = string.Create(
            CultureInfo.InvariantCulture, $"{there} of {wanted} instances are {DesiredStates.Word(job.Desired)}");
        return told.Length == 0 ? count : $"{told}; {count}";
    }

    private static string Short(string id) => id.Length > ShortIdLength ? id[..ShortIdLength] : id;

    private static string Or(string? text, string otherwise) => text is { Length: > 0 } ? text : otherwise;
}
