using CoreNode.Api.UpdateServer.Json;
using CoreNode.Updates.Server;

namespace CoreNode.Api.UpdateServer.Rest;

/// <summary>/apps and what is below an application.</summary>
internal static class AppsRest
{
    /// <summary>Answers a request for what follows "apps".</summary>
    public static Task AnswerAsync(RestCall call, string[] rest) => rest switch
    {
        [] => ListAsync(call),
        [var app] => OneAsync(call, call.App(app)),
        [var app, "packages"] => PackagesRest.OfAppAsync(call, call.App(app)),
        [var app, "channels"] => ChannelsRest.OfAppAsync(call, call.App(app)),
        [var app, "groups", .. var group] => GroupsRest.AnswerAsync(call, call.App(app), group),
        [var app, "machines", .. var machine] => MachinesRest.AnswerAsync(call, call.App(app), machine),
        [var app, "export"] => ParcelsRest.ExportAsync(call, call.App(app)),
        _ => throw RestException.NotFound($"an application has no '{rest[1]}'"),
    };

    private static async Task ListAsync(RestCall call)
    {
        switch (call.Method)
        {
            case "GET":
                await call.Json(JsonText.Of("apps", call.Server.Catalogue.Apps, CatalogueJson.Write));
                break;
            case "POST":
                CatalogueApp made = await call.Server.AddAppAsync(
                    call.Who, await ReadAsync(call, isNew: true), call.Stopping);
                await call.Json(JsonText.Of(made, CatalogueJson.Write), 201);
                break;
            default:
                await call.MethodNotAllowed("GET, POST");
                break;
        }
    }

    private static async Task OneAsync(RestCall call, CatalogueApp app)
    {
        switch (call.Method)
        {
            case "GET":
                await call.Json(JsonText.Of(app, CatalogueJson.Write));
                break;
            case "PATCH":
                CatalogueApp changed = await call.Server.ChangeAppAsync(
                    call.Who, app.Id, await ReadAsync(call, isNew: false), call.Stopping);
                await call.Json(JsonText.Of(changed, CatalogueJson.Write));
                break;
            case "DELETE":
                await call.Server.RemoveAppAsync(call.Who, app.Id, call.Stopping);
                await call.Done();
                break;
            default:
                await call.MethodNotAllowed("GET, PATCH, DELETE");
                break;
        }
    }

    private static async Task<AppWish> ReadAsync(RestCall call, bool isNew)
    {
        using JsonFields body = await call.ReadAsync();
        AppWish wish = new()
        {
            Id = isNew ? body.Text("id") : null,
            Name = body.Text("name"),
            Description = body.Text("description"),
            DefaultGroup = body.Text("defaultGroup"),
        };
        body.End();
        return wish;
    }
}
