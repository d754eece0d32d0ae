using CoreNode.Api.UpdateServer.Json;
using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server;

namespace CoreNode.Api.UpdateServer.Rest;

/// <summary>/apps/A/machines and what is below a machine.</summary>
internal static class MachinesRest
{
    private const int MostEvents = 1000;

    /// <summary>Answers a request for what follows "machines".</summary>
    public static Task AnswerAsync(RestCall call, CatalogueApp app, string[] rest) => rest switch
    {
        [] => ListAsync(call, app),
        [var machine] => OneAsync(call, app, machine),
        [var machine, "history"] => HistoryAsync(call, app, machine),
        [var machine, "override"] => OverrideAsync(call, app, machine),
        _ => throw RestException.NotFound($"a machine has no '{rest[1]}'"),
    };

    private static async Task ListAsync(RestCall call, CatalogueApp app)
    {
        if (call.Method != "GET")
        {
            await call.MethodNotAllowed("GET");
            return;
        }

        MachinePage page = await call.Server.ListMachinesAsync(
            new MachineQuery
            {
                App = app.Id,
                Group = call.Query("group") is { Length: > 0 } group ? call.Group(app, group).Id : "",
                Version = call.Query("version") ?? "",
                State = State(call),
                Text = call.Query("text") ?? "",
                SilentSince = call.QueryMoment("silentSince"),
                After = call.Query("after") ?? "",
                Count = (int)call.QueryNumber("count", 100, MachineQuery.MostAtOnce),
            },
            call.Stopping);
        await call.Json(JsonText.Of(page, MachineJson.Write));
    }

    private static RolloutState? State(RestCall call) => call.Query("state") is not { Length: > 0 } word
        ? null
        : StateWords.Find(word) ?? throw RestException.Invalid($"?state={word} is no state of a machine");

    private static async Task OneAsync(RestCall call, CatalogueApp app, string machine)
    {
        switch (call.Method)
        {
            case "GET":
                MachineView view = await call.Server.GetMachineAsync(app.Id, machine, call.Stopping)
                    ?? throw RestException.NotFound($"{app.Name} has no machine '{machine}'");
                await call.Json(JsonText.Of(view, MachineJson.Write));
                break;
            case "DELETE":
                await call.Server.ForgetMachineAsync(call.Who, app.Id, machine, call.Stopping);
                await call.Done();
                break;
            default:
                await call.MethodNotAllowed("GET, DELETE");
                break;
        }
    }

    private static async Task HistoryAsync(RestCall call, CatalogueApp app, string machine)
    {
        if (call.Method != "GET")
        {
            await call.MethodNotAllowed("GET");
            return;
        }

        IReadOnlyList<MachineEvent> events = await call.Server.GetHistoryAsync(
            app.Id, machine, call.QueryNumber("before", 0, long.MaxValue),
            (int)call.QueryNumber("count", 100, MostEvents), call.Stopping);
        await call.Json(JsonText.Of("events", events, MachineJson.Write));
    }

    private static async Task OverrideAsync(RestCall call, CatalogueApp app, string machine)
    {
        MachineOverride? wanted = null;
        if (call.Method == "PUT")
        {
            using JsonFields body = await call.ReadAsync();
            wanted = new MachineOverride
            {
                IsExempt = body.Flag("exempt") ?? false,
                PinnedVersion = body.Text("pinnedVersion"),
                IsForced = body.Flag("forced") ?? false,
                IsDespiteStop = body.Flag("despiteStop") ?? false,
                GroupId = body.Text("group") is { Length: > 0 } group ? call.Group(app, group).Id : null,
                Note = body.Text("note") ?? "",
            };
            body.End();
        }
        else if (call.Method != "DELETE")
        {
            await call.MethodNotAllowed("PUT, DELETE");
            return;
        }

        MachineView view = await call.Server.SetOverrideAsync(call.Who, app.Id, machine, wanted, call.Stopping);
        await call.Json(JsonText.Of(view, MachineJson.Write));
    }
}
