using CoreNode.Api.UpdateServer.Json;
using CoreNode.Updates.Server;

namespace CoreNode.Api.UpdateServer.Rest;

/// <summary>
/// /apps/A/upstreams, and /channels/N/upstream and /sync: update servers elsewhere that channels follow.
/// </summary>
internal static class UpstreamsRest
{
    /// <summary>Answers for an application.</summary>
    public static Task OfAppAsync(RestCall call, CatalogueApp app)
    {
        if (call.Method != "GET")
            return call.MethodNotAllowed("GET");
        List<CatalogueUpstream> found = [];
        foreach (CatalogueUpstream one in call.Server.Catalogue.Upstreams)
        {
            if (call.Server.Catalogue.FindChannel(one.Channel)?.App == app.Id)
                found.Add(one);
        }

        return call.Json(JsonText.Of("upstreams", found, CatalogueJson.Write));
    }

    /// <summary>Answers for a channel.</summary>
    public static async Task OfChannelAsync(RestCall call, CatalogueChannel channel)
    {
        switch (call.Method)
        {
            case "GET":
                CatalogueUpstream found = call.Server.Catalogue.FindUpstream(channel.Id)
                    ?? throw RestException.NotFound($"the channel {channel.Name} follows no server elsewhere");
                await call.Json(JsonText.Of(found, CatalogueJson.Write));
                break;
            case "PUT":
                CatalogueUpstream? made = await call.Server.SetUpstreamAsync(
                    call.Who, channel.Id, await ReadAsync(call), call.Stopping);
                await (made is null ? call.Done() : call.Json(JsonText.Of(made, CatalogueJson.Write)));
                break;
            case "DELETE":
                await call.Server.SetUpstreamAsync(call.Who, channel.Id, null, call.Stopping);
                await call.Done();
                break;
            default:
                await call.MethodNotAllowed("GET, PUT, DELETE");
                break;
        }
    }

    /// <summary>Asks the server elsewhere now; the answer comes when what it offers is here.</summary>
    public static async Task SyncAsync(RestCall call, CatalogueChannel channel)
    {
        if (call.Method != "POST")
        {
            await call.MethodNotAllowed("POST");
            return;
        }

        SyncReport report;
        try
        {
            report = await call.Server.SyncAsync(call.Who, channel.Id, call.Stopping);
        }
        catch (IOException fault)
        {
            throw new RestException(502, "upstream", fault.Message);
        }

        await call.Json(JsonText.Of(report, CatalogueJson.Write));
    }

    private static async Task<UpstreamWish> ReadAsync(RestCall call)
    {
        using JsonFields body = await call.ReadAsync();
        UpstreamWish wish = new()
        {
            Url = body.NeededText("url"),
            App = body.Text("app"),
            Track = body.Text("track"),
            Board = body.Text("board"),
        };
        wish = body.Duration("every") is { } every ? wish with { Every = every } : wish;
        body.End();
        return wish;
    }
}
