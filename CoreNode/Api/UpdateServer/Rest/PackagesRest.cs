using CoreNode.Api.UpdateServer.Json;
using CoreNode.Updates.Server;

namespace CoreNode.Api.UpdateServer.Rest;

/// <summary>
/// /apps/A/packages, and /packages/N with its files. A payload is the body itself, written to the shelf as it comes;
/// what is said about it stands in the query.
/// </summary>
internal static class PackagesRest
{
    /// <summary>Answers for the packages of an application.</summary>
    public static async Task OfAppAsync(RestCall call, CatalogueApp app)
    {
        switch (call.Method)
        {
            case "GET":
                await call.Json(JsonText.Of("packages", Find(call, app), CatalogueJson.Write));
                break;
            case "POST":
                PackageWish wish = new()
                {
                    Version = call.Query("version"),
                    Board = call.Query("board"),
                    Description = call.Query("description"),
                    MoreInfo = call.Query("moreInfo"),
                    FileName = call.Query("fileName"),
                    Size = call.Context.RequestHeaders.ContentLength,
                    Sha256 = call.Query("sha256"),
                };
                CataloguePackage made = await TakeInAsync(call, body =>
                    call.Server.AddPackageAsync(call.Who, app.Id, wish, body, call.Stopping));
                await call.Json(JsonText.Of(made, CatalogueJson.Write), 201);
                break;
            default:
                await call.MethodNotAllowed("GET, POST");
                break;
        }
    }

    /// <summary>Answers for one package.</summary>
    public static Task AnswerAsync(RestCall call, CataloguePackage package, string[] rest) => rest switch
    {
        [] => OneAsync(call, package),
        ["files"] => AddFileAsync(call, package),
        ["files", var name] => RemoveFileAsync(call, package, name),
        _ => throw RestException.NotFound($"a package has no '{rest[0]}'"),
    };

    /// <summary>
    /// Hands the body of a request on as it comes. Where it is refused before its end the rest is not read, and the
    /// connection ends with the answer.
    /// </summary>
    public static async Task<T> TakeInAsync<T>(RestCall call, Func<Stream, Task<T>> take)
        where T : class
    {
        RequestContext context = call.Context;
        if (!context.CanHaveBody)
            throw RestException.Invalid("the file itself is the body of this request, and there is none");
        BodyStream body = new(context);
        await using (body.ConfigureAwait(false))
        {
            try
            {
                return await take(body);
            }
            finally
            {
                if (context.Body == BodyState.Waiting)
                {
                    context.Body = BodyState.Refused;
                    context.CloseAfterAnswer();
                }
            }
        }
    }

    private static List<CataloguePackage> Find(RestCall call, CatalogueApp app)
    {
        string? version = call.Query("version");
        string? board = call.Query("board");
        List<CataloguePackage> found = [];
        foreach (CataloguePackage one in call.Server.Catalogue.Packages)
        {
            if (one.App == app.Id && (version is null || one.Version == version)
                && (board is null || one.Board == board))
            {
                found.Add(one);
            }
        }

        return found;
    }

    private static async Task OneAsync(RestCall call, CataloguePackage package)
    {
        switch (call.Method)
        {
            case "GET":
                await call.Json(JsonText.Of(package, CatalogueJson.Write));
                break;
            case "PATCH":
                using (JsonFields body = await call.ReadAsync())
                {
                    string? description = body.Text("description");
                    string? moreInfo = body.Text("moreInfo");
                    body.End();
                    CataloguePackage changed = await call.Server.ChangePackageAsync(
                        call.Who, package.Id, description, moreInfo, call.Stopping);
                    await call.Json(JsonText.Of(changed, CatalogueJson.Write));
                }

                break;
            case "DELETE":
                await call.Server.RemovePackageAsync(call.Who, package.Id, call.Stopping);
                await call.Done();
                break;
            default:
                await call.MethodNotAllowed("GET, PATCH, DELETE");
                break;
        }
    }

    private static async Task AddFileAsync(RestCall call, CataloguePackage package)
    {
        if (call.Method != "POST")
        {
            await call.MethodNotAllowed("POST");
            return;
        }

        FileWish wish = new()
        {
            Kind = call.Query("kind") switch
            {
                "full" => CatalogueFileKind.Full,
                "delta" => CatalogueFileKind.Delta,
                "extra" => CatalogueFileKind.Extra,
                _ => throw RestException.Invalid("?kind= is full, delta or extra"),
            },
            Name = call.Query("name"),
            FromVersion = call.Query("from") ?? "",
            IsRequired = call.Query("required") is "true" or "1",
            Size = call.Context.RequestHeaders.ContentLength,
            Sha256 = call.Query("sha256"),
        };
        CataloguePackage changed = await TakeInAsync(call, body =>
            call.Server.AddFileAsync(call.Who, package.Id, wish, body, call.Stopping));
        await call.Json(JsonText.Of(changed, CatalogueJson.Write), 201);
    }

    private static async Task RemoveFileAsync(RestCall call, CataloguePackage package, string name)
    {
        if (call.Method != "DELETE")
        {
            await call.MethodNotAllowed("DELETE");
            return;
        }

        CataloguePackage changed = await call.Server.RemoveFileAsync(call.Who, package.Id, name, call.Stopping);
        await call.Json(JsonText.Of(changed, CatalogueJson.Write));
    }
}
