using CoreNode.Api.UpdateServer.Json;
using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server;

namespace CoreNode.Api.UpdateServer.Rest;

/// <summary>/apps/A/channels, and /channels/N with what is below it.</summary>
internal static class ChannelsRest
{
    /// <summary>Answers for the channels of an application.</summary>
    public static async Task OfAppAsync(RestCall call, CatalogueApp app)
    {
        switch (call.Method)
        {
            case "GET":
                List<CatalogueChannel> channels = [];
                foreach (CatalogueChannel one in call.Server.Catalogue.Channels)
                {
                    if (one.App == app.Id)
                        channels.Add(one);
                }

                await call.Json(JsonText.Of("channels", channels, CatalogueJson.Write));
                break;
            case "POST":
                using (JsonFields body = await call.ReadAsync())
                {
                    string name = body.NeededText("name");
                    string board = body.Text("board") ?? "";
                    body.End();
                    CatalogueChannel made = await call.Server.AddChannelAsync(
                        call.Who, app.Id, name, board, call.Stopping);
                    await call.Json(JsonText.Of(made, CatalogueJson.Write), 201);
                }

                break;
            default:
                await call.MethodNotAllowed("GET, POST");
                break;
        }
    }

    /// <summary>Answers for one channel.</summary>
    public static Task AnswerAsync(RestCall call, CatalogueChannel channel, string[] rest) => rest switch
    {
        [] => OneAsync(call, channel),
        ["promote"] => PromoteAsync(call, channel),
        ["promotion"] => RuleAsync(call, channel),
        ["upstream"] => UpstreamRest.AnswerAsync(call, channel),
        ["sync"] => UpstreamRest.SyncAsync(call, channel),
        ["floors", var package] => FloorAsync(call, channel, call.Package(package)),
        _ => throw RestException.NotFound($"a channel has no '{rest[0]}'"),
    };

    private static async Task OneAsync(RestCall call, CatalogueChannel channel)
    {
        switch (call.Method)
        {
            case "GET":
                await call.Json(JsonText.Of(channel, CatalogueJson.Write));
                break;
            case "PATCH":
                await call.Json(JsonText.Of(await ChangeAsync(call, channel), CatalogueJson.Write));
                break;
            case "DELETE":
                await call.Server.RemoveChannelAsync(call.Who, channel.Id, call.Stopping);
                await call.Done();
                break;
            default:
                await call.MethodNotAllowed("GET, PATCH, DELETE");
                break;
        }
    }

    private static async Task<CatalogueChannel> ChangeAsync(RestCall call, CatalogueChannel channel)
    {
        using JsonFields body = await call.ReadAsync();
        string? name = body.Text("name");
        bool hasPackage = body.Has("package");
        long? package = body.Number("package");
        body.End();
        if (name is not null)
            channel = await call.Server.RenameChannelAsync(call.Who, channel.Id, name, call.Stopping);
        if (hasPackage)
            channel = await call.Server.SetChannelAsync(call.Who, channel.Id, package, call.Stopping);
        return channel;
    }

    private static async Task PromoteAsync(RestCall call, CatalogueChannel from)
    {
        if (call.Method != "POST")
        {
            await call.MethodNotAllowed("POST");
            return;
        }

        using JsonFields body = await call.ReadAsync();
        long to = body.Number("to") ?? 0;
        bool isForced = body.Flag("force") ?? false;
        body.End();
        CatalogueChannel changed = await call.Server.PromoteAsync(call.Who, from.Id, to, isForced, call.Stopping);
        await call.Json(JsonText.Of(changed, CatalogueJson.Write));
    }

    private static async Task RuleAsync(RestCall call, CatalogueChannel channel)
    {
        switch (call.Method)
        {
            case "GET":
                PromotionVerdict? verdict = await call.Server.JudgePromotionAsync(channel.Id, call.Stopping);
                await call.Json(verdict is null
                    ? throw RestException.NotFound($"the channel {channel.Name} leads nowhere by rule")
                    : JsonText.Of(verdict, CatalogueJson.Write));
                return;
            case "PUT":
                channel = await call.Server.SetPromotionAsync(
                    call.Who, channel.Id, await ReadRuleAsync(call), call.Stopping);
                break;
            case "DELETE":
                channel = await call.Server.SetPromotionAsync(call.Who, channel.Id, null, call.Stopping);
                break;
            default:
                await call.MethodNotAllowed("GET, PUT, DELETE");
                return;
        }

        await call.Json(JsonText.Of(channel, CatalogueJson.Write));
    }

    private static async Task<ChannelPromotion> ReadRuleAsync(RestCall call)
    {
        using JsonFields body = await call.ReadAsync();
        ChannelPromotion promotion = new(
            body.Number("to") ?? throw RestException.Invalid("\"to\" is needed: the number of the other channel"),
            new PromotionRule(
                body.Duration("soak") ?? TimeSpan.Zero,
                body.Share("maxErrorShare") ?? 0,
                (int)Math.Clamp(body.Number("minSucceeded") ?? 1, int.MinValue, int.MaxValue),
                body.Flag("automatic") ?? false));
        body.End();
        return PolicyRules.Check(promotion.Rule) is [var wrong, ..]
            ? throw RestException.Invalid(wrong)
            : promotion;
    }

    private static async Task FloorAsync(RestCall call, CatalogueChannel channel, CataloguePackage package)
    {
        string? reason = null;
        if (call.Method == "PUT")
        {
            using JsonFields body = await call.ReadAsync();
            reason = body.Text("reason") ?? "";
            body.End();
        }
        else if (call.Method != "DELETE")
        {
            await call.MethodNotAllowed("PUT, DELETE");
            return;
        }

        CatalogueChannel changed = await call.Server.SetFloorAsync(
            call.Who, channel.Id, package.Id, reason, call.Stopping);
        await call.Json(JsonText.Of(changed, CatalogueJson.Write));
    }
}
