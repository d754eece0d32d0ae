using CoreNode.Api.Wire;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;

namespace CoreNode.Api.Fleet;

/// <summary>/fleet/v1/machines: who is there, and changes of their metadata (fleet: A.10).</summary>
internal sealed class MachinesResource(UnitsDesk desk)
{
    /// <summary>Answers GET and PATCH.</summary>
    public Task AnswerAsync(FleetRequest request) => request.Method switch
    {
        "GET" => ListAsync(request),
        "PATCH" => PatchAsync(request.Context),
        _ => FleetAnswer.Error(request.Context, 405, "only GET and PATCH supported against this resource"),
    };

    private async Task ListAsync(FleetRequest request)
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
            RegistryState state = await desk.Registry.WithSelfAsync(follower, context.ClientGone);
            List<Machine> machines = [];
            foreach (RegisteredMachine one in state.Machines.Values)
            {
                if (one.Machine is { } machine)
                    machines.Add(machine);
            }

            JsonBuffer json = new(4096);
            FleetPage.Write(json, "machines"u8, machines, token, FleetJson.WriteMachine);
            await FleetAnswer.JsonAsync(context, 200, json);
        }
        finally
        {
            desk.Registry.End();
        }
    }

    private async Task PatchAsync(RequestContext context)
    {
        RequestBody body = await BodyReader.ReadAsync(context, desk.Options.MaxUnitBytes);
        IReadOnlyList<MetadataPatch>? patches = null;
        if (body.NoRoom is { } noRoom)
            await FleetAnswer.Error(context, noRoom.Status, context.Client.Message(noRoom));
        else if (body.IsTooLong)
            await FleetAnswer.Error(context, 413, $"the body is longer than {desk.Options.MaxUnitBytes} bytes");
        else if ((patches = MetadataPatch.Read(body.Bytes.Span, out string error)) is null)
            await FleetAnswer.Error(context, 400, error);
        if (patches is null)
            return;
        RegistryFollower follower = await desk.Registry.BeginAsync(context.ClientGone);
        try
        {
            WriteResult result = new(default, null, "");
            for (int i = 0; i < patches.Count && result.IsDone; i++)
                result = await desk.Writer.SetMetadataAsync(patches[i], CancellationToken.None);
            await desk.SeeAsync(follower, result, context.ClientGone);
            await (result.IsDone ? FleetAnswer.Empty(context, 204)
                : result.IsAway ? FleetAnswer.Error(context, 503, FleetAnswer.StoreAway)
                : FleetAnswer.Error(context, 500, result.Reason));
        }
        finally
        {
            desk.Registry.End();
        }
    }
}
