using CoreNode.Api.UpdateServer.Json;
using CoreNode.Updates.Server;

namespace CoreNode.Api.UpdateServer.Rest;

/// <summary>Whole files: /backup, /apps/A/export and /import, each streamed.</summary>
internal static class ParcelsRest
{
    /// <summary>GET /backup?payloads=true: everything, or everything but the payloads.</summary>
    public static Task BackupAsync(RestCall call) => call.Context.Method == "GET"
        ? SendAsync(call, target => call.Server.BackupAsync(
            call.Who, target, call.Query("payloads") is "true" or "1", call.Stopping))
        : call.MethodNotAllowed("GET");

    /// <summary>GET /apps/A/export?packages=1,2: packages with their files, for a medium.</summary>
    public static Task ExportAsync(RestCall call, CatalogueApp app)
    {
        if (call.Context.Method != "GET")
            return call.MethodNotAllowed("GET");
        List<long> packages = [];
        foreach (string one in (call.Query("packages") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
            packages.Add(call.Package(one).Id);
        if (packages.Count == 0)
            throw RestException.Invalid("?packages= names the numbers of packages, with commas");
        return SendAsync(call, target => call.Server.ExportAsync(call.Who, app.Id, packages, target, call.Stopping));
    }

    /// <summary>POST /import?channel=NAME: takes in what an export wrote.</summary>
    public static async Task ImportAsync(RestCall call)
    {
        if (call.Method != "POST")
        {
            await call.MethodNotAllowed("POST");
            return;
        }

        string? channel = call.Query("channel");
        ParcelReport report = await PackagesRest.TakeInAsync(call, body =>
            call.Server.ImportAsync(call.Who, body, channel, call.Stopping));
        await call.Json(JsonText.Of(report, CatalogueJson.Write));
    }

    // What fails before the first byte is answered as any other order; later only the end of the connection tells.
    private static async Task SendAsync(RestCall call, Func<Stream, Task<ParcelReport>> write)
    {
        call.Context.Headers.ContentType = "application/octet-stream";
        call.Context.Headers.CacheControl = "no-store";
        AnswerStream target = new(call.Context);
        await using (target.ConfigureAwait(false))
        {
            try
            {
                await write(target);
            }
            catch (CatalogueException fault) when (target.HasBegun)
            {
                throw new IOException(fault.Message, fault);
            }
        }
    }
}
