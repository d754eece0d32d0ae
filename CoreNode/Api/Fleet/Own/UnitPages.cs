using CoreNode.Units.Model;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;

namespace CoreNode.Api.Fleet.Own;

/// <summary>GET /corenode/v1/units and one of them.</summary>
internal sealed class UnitPages(UnitsDesk desk, TimeProvider time)
{
    private readonly LongPoll _poll = new(desk, time);

    /// <summary>All units, or those that ?name=GLOB matches.</summary>
    public async Task ListAsync(FleetRequest request, CancellationToken stopping)
    {
        string glob = request.Find("name") ?? "*";
        if (!UnitGlob.IsValid(glob))
        {
            await request.Context.Message(400, $"name={glob} is no pattern: a [ or a \\ has no end");
            return;
        }

        RegistryFollower follower = await desk.Registry.BeginAsync(request.Context.ClientGone);
        try
        {
            await _poll.AnswerAsync(
                request, follower, follower.Current,
                (json, state) =>
                {
                    json.Raw(",\"units\":["u8);
                    PlacementReasons reasons = new(state);
                    bool isFirst = true;
                    foreach ((string name, Job job) in state.Jobs)
                    {
                        if (glob != "*" && !UnitGlob.IsMatch(glob, name))
                            continue;
                        if (!isFirst)
                            json.Raw(","u8);
                        isFirst = false;
                        UnitViewJson.Write(json, UnitView.Of(state, job, reasons), hasOptions: false);
                    }

                    json.Raw("]"u8);
                },
                stopping);
        }
        finally
        {
            desk.Registry.End();
        }
    }

    /// <summary>One unit with its options.</summary>
    public async Task ShowAsync(FleetRequest request, string name)
    {
        RegistryFollower follower = await desk.Registry.BeginAsync(request.Context.ClientGone);
        try
        {
            RegistryState state = follower.Current;
            if (!state.Jobs.TryGetValue(name, out Job? job))
            {
                await request.Context.Message(404, $"there is no unit {name}");
                return;
            }

            Wire.JsonBuffer json = new(4096);
            UnitViewJson.Write(json, UnitView.Of(state, job, new PlacementReasons(state)), hasOptions: true);
            await OwnAnswer.JsonAsync(request.Context, json);
        }
        finally
        {
            desk.Registry.End();
        }
    }
}
