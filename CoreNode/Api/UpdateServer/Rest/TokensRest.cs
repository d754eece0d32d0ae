using CoreNode.Api.UpdateServer.Json;
using CoreNode.Updates.Server;

namespace CoreNode.Api.UpdateServer.Rest;

/// <summary>/tokens, and /audit.</summary>
internal static class TokensRest
{
    private const int MostEntries = 1000;

    /// <summary>Answers a request for what follows "tokens".</summary>
    public static async Task AnswerAsync(RestCall call, string[] rest)
    {
        switch (rest)
        {
            case [] when call.Method == "GET":
                await call.Json(JsonText.Of("tokens", call.Server.Tokens, CatalogueJson.Write));
                break;
            case [] when call.Method == "POST":
                await AddAsync(call);
                break;
            case []:
                await call.MethodNotAllowed("GET, POST");
                break;
            case [var name] when call.Method == "DELETE":
                await call.Server.RemoveTokenAsync(call.Who, name, call.Stopping);
                await call.Done();
                break;
            case [_]:
                await call.MethodNotAllowed("DELETE");
                break;
            default:
                throw RestException.NotFound($"a token has no '{rest[1]}'");
        }
    }

    /// <summary>GET /audit?before=N&amp;count=N: what was changed by whom, newest first.</summary>
    public static async Task AuditAsync(RestCall call)
    {
        if (call.Method != "GET")
        {
            await call.MethodNotAllowed("GET");
            return;
        }

        IReadOnlyList<AuditEntry> entries = await call.Server.GetAuditAsync(
            call.QueryNumber("before", 0, long.MaxValue), (int)call.QueryNumber("count", 100, MostEntries),
            call.Stopping);
        await call.Json(JsonText.Of("entries", entries, CatalogueJson.Write));
    }

    private static async Task AddAsync(RestCall call)
    {
        string name;
        AccessRole role;
        DateTimeOffset? expires;
        using (JsonFields body = await call.ReadAsync())
        {
            name = body.NeededText("name");
            role = body.NeededText("role") switch
            {
                "viewer" => AccessRole.Viewer,
                "admin" => AccessRole.Admin,
                var other => throw RestException.Invalid($"\"role\" is viewer or admin, not '{other}'"),
            };
            expires = body.Moment("expires");
            body.End();
        }

        NewToken made = await call.Server.AddTokenAsync(call.Who, name, role, expires, call.Stopping);
        await call.Json(JsonText.Of(made, CatalogueJson.Write), 201);
    }
}
