using System.Globalization;
using CoreNode.Api.Fleet.Machines;
using CoreNode.Api.Limits;
using CoreNode.Api.Wire;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;

namespace CoreNode.Api.Fleet.Own;

/// <summary>Status and journal of a unit, asked live of the machines that have it, from any node.</summary>
internal sealed class RemotePages(UnitsDesk desk, MachineDesk machines)
{
    /// <summary>GET units/NAME/status.</summary>
    public async Task StatusAsync(FleetRequest request, string name)
    {
        RequestContext context = request.Context;
        RegistryFollower follower = await desk.Registry.BeginAsync(context.ClientGone);
        try
        {
            RegistryState state = follower.Current;
            if (Refusal(request, state, name) is { } refusal)
            {
                await refusal;
                return;
            }

            List<UnitPlace> places = PlacesOf(request, state, name);
            Task<UnitReport>[] asked = [.. places.ConvertAll(place => ReportAsync(context, place, name))];
            UnitReport[] reports = await Task.WhenAll(asked);
            JsonBuffer json = new(4096);
            json.Raw("{\"machines\":["u8);
            for (int i = 0; i < reports.Length; i++)
            {
                OwnAnswer.Text(json, i == 0 ? "{\"id\":"u8 : ",{\"id\":"u8, places[i].MachineId);
                OwnAnswer.Text(json, ",\"ip\":"u8, places[i].Machine?.PublicIp ?? "");
                MachineJson.WriteFields(json, reports[i]);
                json.Raw("}"u8);
            }

            json.Raw("]}"u8);
            await OwnAnswer.JsonAsync(context, json);
        }
        finally
        {
            desk.Registry.End();
        }
    }

    /// <summary>GET units/NAME/journal: one JSON object a line, of all machines as they come.</summary>
    public async Task JournalAsync(FleetRequest request, string name, CancellationToken stopping)
    {
        RequestContext context = request.Context;
        int lines = MachineUnitsService.StatusLines;
        if (request.Find("lines") is { } text
            && !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out lines))
        {
            await context.Message(400, $"lines={text} is no number (0: all)");
            return;
        }

        RegistryFollower follower = await desk.Registry.BeginAsync(context.ClientGone);
        bool hasWatch = false;
        try
        {
            RegistryState state = follower.Current;
            if (Refusal(request, state, name) is { } refusal)
            {
                await refusal;
                return;
            }

            if (context.Client.TryTake(Resource.Watch) is { } full)
            {
                await LimitAnswer.Message(context, full);
                return;
            }

            hasWatch = true;
            desk.Figures.BeginWaiting();
            MachineQuestion question = new(name, lines, request.IsSet("follow"));
            JournalStream stream = new(context, machines, question);
            await stream.RunAsync(
                follower, state, current => PlacesOf(request, current, name), stopping);
        }
        finally
        {
            if (hasWatch)
            {
                desk.Figures.EndWaiting();
                context.Client.Release(Resource.Watch);
            }

            desk.Registry.End();
        }
    }

    private static Task? Refusal(FleetRequest request, RegistryState state, string name)
    {
        if (!state.Jobs.ContainsKey(name))
            return request.Context.Message(404, $"there is no unit {name}");
        if (request.Find("machine") is not { Length: > 0 } machine)
            return null;
        foreach ((string id, RegisteredMachine known) in state.Machines)
        {
            if (known.Machine is not null && id.StartsWith(machine, StringComparison.Ordinal))
                return null;
        }

        return request.Context.Message(404, $"there is no machine {machine}");
    }

    private static List<UnitPlace> PlacesOf(FleetRequest request, RegistryState state, string name)
    {
        List<UnitPlace> places = UnitView.PlacesOf(state, name);
        if (request.Find("machine") is { Length: > 0 } machine)
            places.RemoveAll(place => !place.MachineId.StartsWith(machine, StringComparison.Ordinal));
        return places;
    }

    private async Task<UnitReport> ReportAsync(RequestContext context, UnitPlace place, string name) =>
        place.Machine is { } machine
            ? await machines.ReportAsync(machine, name, 0, context.ClientGone)
            : new UnitReport(place.State?.States ?? UnitStates.NotFound) { Error = "the machine is gone" };
}
