using System.Text.Json;
using CoreNode.Api.UpdateServer.Json;
using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server;

namespace CoreNode.Api.UpdateServer.Rest;

/// <summary>/apps/A/groups with what is below a group, and /standings.</summary>
internal static class GroupsRest
{
    private static readonly TimeSpan s_shownDays = TimeSpan.FromDays(30);

    /// <summary>Answers a request for what follows "groups".</summary>
    public static Task AnswerAsync(RestCall call, CatalogueApp app, string[] rest) => rest switch
    {
        [] => ListAsync(call, app),
        [var group] => OneAsync(call, app, call.Group(app, group)),
        [var group, "pause"] => PauseAsync(call, app, call.Group(app, group)),
        [var group, "resume"] => ResumeAsync(call, app, call.Group(app, group)),
        [var group, "samples"] => SamplesAsync(call, app, call.Group(app, group)),
        _ => throw RestException.NotFound($"a group has no '{rest[1]}'"),
    };

    /// <summary>GET /standings?app=A&amp;group=G: how rollouts stand, of all groups if nothing is said.</summary>
    public static async Task StandingsAsync(RestCall call)
    {
        if (call.Method != "GET")
        {
            await call.MethodNotAllowed("GET");
            return;
        }

        string app = call.Query("app") is { Length: > 0 } named ? call.App(named).Id : "";
        string group = call.Query("group") is { Length: > 0 } word && app.Length > 0
            ? call.Group(call.App(app), word).Id
            : "";
        IReadOnlyList<GroupStanding> standings = await call.Server.GetStandingsAsync(app, group, call.Stopping);
        await call.Json(JsonText.Of("standings", standings, StandingJson.Write));
    }

    private static async Task ListAsync(RestCall call, CatalogueApp app)
    {
        switch (call.Method)
        {
            case "GET":
                List<CatalogueGroup> groups = [];
                foreach (CatalogueGroup one in call.Server.Catalogue.Groups)
                {
                    if (one.App == app.Id)
                        groups.Add(one);
                }

                await call.Json(JsonText.Of("groups", groups, CatalogueJson.Write));
                break;
            case "POST":
                CatalogueGroup made = await call.Server.AddGroupAsync(
                    call.Who, app.Id, await ReadAsync(call, null), call.Stopping);
                await call.Json(JsonText.Of(made, CatalogueJson.Write), 201);
                break;
            default:
                await call.MethodNotAllowed("GET, POST");
                break;
        }
    }

    private static async Task OneAsync(RestCall call, CatalogueApp app, CatalogueGroup group)
    {
        switch (call.Method)
        {
            case "GET":
                await call.Json(JsonText.Of(group, CatalogueJson.Write));
                break;
            case "PATCH":
                CatalogueGroup changed = await call.Server.ChangeGroupAsync(
                    call.Who, app.Id, group.Id, await ReadAsync(call, group), call.Stopping);
                await call.Json(JsonText.Of(changed, CatalogueJson.Write));
                break;
            case "DELETE":
                await call.Server.RemoveGroupAsync(call.Who, app.Id, group.Id, call.Stopping);
                await call.Done();
                break;
            default:
                await call.MethodNotAllowed("GET, PATCH, DELETE");
                break;
        }
    }

    private static async Task<GroupWish> ReadAsync(RestCall call, CatalogueGroup? known)
    {
        using JsonFields body = await call.ReadAsync();
        GroupWish wish = new()
        {
            Id = known is null ? body.Text("id") : null,
            Name = body.Text("name"),
            Track = body.Text("track"),
            Description = body.Text("description"),
            Channel = body.Has("channel") ? body.Number("channel") ?? 0 : null,
            Policy = body.Object("policy") is { } policy ? Policy(policy, known?.Policy) : null,
        };
        body.End();
        return wish;
    }

    // What is left out stays as it is: two administrators who change different values do not undo each other.
    private static RolloutPolicy Policy(JsonElement policy, RolloutPolicy? known)
    {
        List<string> faults = [];
        return PolicyCodec.Read(policy, faults, known)
            ?? throw RestException.Invalid("the policy: " + string.Join("; ", faults));
    }

    private static async Task PauseAsync(RestCall call, CatalogueApp app, CatalogueGroup group)
    {
        if (call.Method != "POST")
        {
            await call.MethodNotAllowed("POST");
            return;
        }

        using JsonFields body = await call.ReadAsync();
        string note = body.Text("note") ?? "";
        body.End();
        GroupStanding standing = await call.Server.PauseGroupAsync(call.Who, app.Id, group.Id, note, call.Stopping);
        await call.Json(JsonText.Of(standing, StandingJson.Write));
    }

    private static async Task ResumeAsync(RestCall call, CatalogueApp app, CatalogueGroup group)
    {
        if (call.Method != "POST")
        {
            await call.MethodNotAllowed("POST");
            return;
        }

        GroupStanding standing = await call.Server.ResumeGroupAsync(call.Who, app.Id, group.Id, call.Stopping);
        await call.Json(JsonText.Of(standing, StandingJson.Write));
    }

    private static async Task SamplesAsync(RestCall call, CatalogueApp app, CatalogueGroup group)
    {
        if (call.Method != "GET")
        {
            await call.MethodNotAllowed("GET");
            return;
        }

        DateTimeOffset from = call.QueryMoment("from") ?? DateTimeOffset.UtcNow - s_shownDays;
        IReadOnlyList<VersionSample> samples = await call.Server.GetSamplesAsync(
            app.Id, group.Id, from, call.Stopping);
        await call.Json(JsonText.Of("samples", samples, StandingJson.Write));
    }
}
