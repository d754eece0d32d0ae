using System.Collections.Immutable;
using CoreNode.Api.Wire;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;

namespace CoreNode.Api.Fleet;

/// <summary>/fleet/v1/state: how units stand on their machines (fleet: A.10).</summary>
internal sealed class StateResource(UnitsDesk desk)
{
    /// <summary>GET state, with ?unitName= and ?machineID=.</summary>
    public async Task ListAsync(FleetRequest request)
    {
        RequestContext context = request.Context;
        if (PageToken.Of(request, out string error) is not { } token)
        {
            await FleetAnswer.Error(context, 400, error);
            return;
        }

        RegistryFollower follower = await desk.Registry.BeginAsync(context.ClientGone);
        try
        {
            JsonBuffer json = new(16 << 10);
            List<UnitStateRecord> states = Find(
                follower.Current, request.Find("unitName") ?? "", request.Find("machineID") ?? "");
            FleetPage.Write(json, "states"u8, states, token, FleetJson.WriteState);
            await FleetAnswer.JsonAsync(context, 200, json);
        }
        finally
        {
            desk.Registry.End();
        }
    }

    /// <summary>GET state/NAME: of one machine that has it; never 404 (<see cref="FleetJson.WriteNoState"/>).</summary>
    public async Task GetAsync(FleetRequest request, string name)
    {
        RegistryFollower follower = await desk.Registry.BeginAsync(request.Context.ClientGone);
        try
        {
            JsonBuffer json = new(512);
            if (FindOne(follower.Current, name) is { } state)
                FleetJson.WriteState(json, state);
            else
                FleetJson.WriteNoState(json, name);
            await FleetAnswer.JsonAsync(request.Context, 200, json);
        }
        finally
        {
            desk.Registry.End();
        }
    }

    private static List<UnitStateRecord> Find(RegistryState state, string unit, string machine)
    {
        List<UnitStateRecord> found = [];
        if (unit.Length > 0)
        {
            foreach (UnitStateRecord one in state.StatesOf(unit).Values)
                found.Add(one);
        }
        else
        {
            foreach (ImmutableSortedDictionary<string, UnitStateRecord> ofUnit in state.StatesByUnit.Values)
                found.AddRange(ofUnit.Values);
        }

        if (machine.Length > 0)
            found.RemoveAll(one => one.MachineId != machine);
        return found;
    }

    // The target's, if it has one: while a unit moves, two machines have states of it.
    private static UnitStateRecord? FindOne(RegistryState state, string name)
    {
        if (state.Jobs.TryGetValue(name, out Job? job) && state.State(name, job.Target) is { } ofTarget)
            return ofTarget;
        foreach (UnitStateRecord one in state.StatesOf(name).Values)
            return one;
        return null;
    }
}
