using CoreNode.Api.UpdateServer.Json;
using CoreNode.Updates.Server;

namespace CoreNode.Api.UpdateServer.Rest;

/// <summary>/channels/N/upstream, the server elsewhere that a channel follows, and /channels/N/sync.</summary>
internal static class UpstreamRest
{
    /// <summary>Answers for what is followed.</summary>
    public static async Task AnswerAsync(RestCall call, CatalogueChannel channel)
    {
        CatalogueUpstream? upstream = call.Server.Catalogue.FindUpstream(channel.Id);
        switch (call.Method)
        {
            case "GET":
                break;
            case "PUT":
                upstream = await call.Server.SetUpstreamAsync(
                    call.Who, channel.Id, await ReadAsync(call), call.Stopping);
                break;
            case "DELETE":
                await call.Server.SetUpstreamAsync(call.Who, channel.Id, null, call.Stopping);
                await call.Done();
                return;
            default:
                await call.MethodNotAllowed("GET, PUT, DELETE");
                return;
        }

        await call.Json(upstream is null
            ? throw RestException.NotFound($"the channel {channel.Name} follows no server elsewhere")
            : JsonText.Of(upstream, CatalogueJson.Write));
    }

    /// <summary>Asks the server elsewhere now.</summary>
    public static async Task SyncAsync(RestCall call, CatalogueChannel channel)
    {
        if (call.Method != "POST")
        {
            await call.MethodNotAllowed("POST");
            return;
        }

        SyncReport report = await call.Server.SyncAsync(call.Who, channel.Id, call.Stopping);
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
        if (body.Duration("every") is { } every)
            wish = wish with { Every = every };
        body.End();
        return wish;
    }
}
