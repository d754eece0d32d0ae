using System.Globalization;
using System.Text;
using CoreNode.Api.Limits;
using CoreNode.Api.Wire;
using CoreNode.Updates.Server;

namespace CoreNode.Api.UpdateServer.Rest;

/// <summary>One request below /corenode/v1/update-server that was let in. One thread at a time.</summary>
/// <param name="context">The request.</param>
/// <param name="server">Who answers.</param>
/// <param name="who">Who asks.</param>
/// <param name="path">The words of the path after the root.</param>
/// <param name="query">The query, still encoded.</param>
/// <param name="stopping">Ends what would go on when the server stops.</param>
internal sealed class RestCall(
    RequestContext context, IUpdateServer server, Actor who, string[] path, byte[] query, CancellationToken stopping)
{
    private const int MaxJsonBytes = 256 << 10;

    /// <summary>The request.</summary>
    public RequestContext Context => context;

    /// <summary>Who answers.</summary>
    public IUpdateServer Server => server;

    /// <summary>Who asks.</summary>
    public Actor Who => who;

    /// <summary>The words of the path after the root.</summary>
    public string[] Path => path;

    /// <summary>What an order goes on with although whoever gave it has hung up.</summary>
    public CancellationToken Stopping => stopping;

    /// <summary>The method; HEAD counts as GET.</summary>
    public string Method => context.Method == "HEAD" ? "GET" : context.Method;

    /// <summary>The first value of a name in the query; null without one.</summary>
    public string? Query(string name) => QueryText.Find(query, Encoding.ASCII.GetBytes(name));

    /// <summary>A number in the query.</summary>
    public long QueryNumber(string name, long standard, long most)
    {
        string? text = Query(name);
        if (string.IsNullOrEmpty(text))
            return standard;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number <= most
            ? number
            : throw RestException.Invalid($"?{name}= is a whole number up to {most}, not '{text}'");
    }

    /// <summary>A moment in the query; null without one.</summary>
    public DateTimeOffset? QueryMoment(string name) => Query(name) is not { Length: > 0 } text
        ? null
        : ReadMoment(text)
            ?? throw RestException.Invalid($"?{name}= is a time such as 2026-11-21T15:04:00Z, not '{text}'");

    /// <summary>Reads a moment as answers have them; null if it is none.</summary>
    public static DateTimeOffset? ReadMoment(string text) => DateTimeOffset.TryParseExact(
        text, ["yyyy-MM-ddTHH:mm:ssZ", "yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", "yyyy-MM-ddTHH:mm:sszzz"],
        CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
        out DateTimeOffset moment) ? moment : null;

    /// <summary>The application that a word of the path names.</summary>
    public CatalogueApp App(string word) => server.Catalogue.FindApp(word)
        ?? throw RestException.NotFound($"there is no application '{word}'");

    /// <summary>The group that words of the path name.</summary>
    public CatalogueGroup Group(CatalogueApp app, string word) => server.Catalogue.FindGroup(app.Id, word)
        ?? throw RestException.NotFound($"{app.Name} has no group '{word}'");

    /// <summary>The package that a word of the path names.</summary>
    public CataloguePackage Package(string word) => server.Catalogue.FindPackage(Id(word))
        ?? throw RestException.NotFound($"there is no package {word}");

    /// <summary>The channel that a word of the path names.</summary>
    public CatalogueChannel Channel(string word) => server.Catalogue.FindChannel(Id(word))
        ?? throw RestException.NotFound($"there is no channel {word}");

    /// <summary>A number in the path.</summary>
    public static long Id(string word) =>
        long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out long id)
            ? id
            : throw RestException.NotFound($"'{word}' is no number");

    /// <summary>Reads a body of JSON.</summary>
    public async Task<JsonFields> ReadAsync()
    {
        RequestBody body = await BodyReader.ReadAsync(context, MaxJsonBytes);
        if (body.NoRoom is { } noRoom)
            throw new RestException(noRoom.Status, "busy", context.Client.Message(noRoom));
        if (body.IsTooLong)
            throw new RestException(413, "invalid", $"the body is longer than {MaxJsonBytes} bytes");

        // From here on things are done that are not for the thread that polls the sockets.
        await Task.Yield();
        return JsonFields.Parse(body.Bytes);
    }

    /// <summary>Answers with JSON.</summary>
    public Task Json(JsonBuffer json, int status = 200)
    {
        context.Headers.CacheControl = "no-store";
        json.Raw("\n"u8);
        return context.Json(status, json);
    }

    /// <summary>Answers that it is done, with nothing more to say.</summary>
    public Task Done()
    {
        context.Status = 204;
        return Task.CompletedTask;
    }

    /// <summary>Answers that there is no such method here.</summary>
    public Task MethodNotAllowed(string allowed)
    {
        context.Headers.Allow = allowed;
        return ServerAnswer.Fail(
            context, 405, "method", $"{context.Method} is not for this path; {allowed} is");
    }
}
