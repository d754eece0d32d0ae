using System.Globalization;
using CoreNode.Api.Wire;
using CoreNode.Updates.Server;

namespace CoreNode.Api.UpdateServer;

/// <summary>
/// The one form of refusals below /corenode/v1/update-server: {"error":WORD,"message":TEXT} with a status that fits.
/// </summary>
internal static class ServerAnswer
{
    private const string Realm = "corenode update server";

    /// <summary>Answers with a word for programs and a line for people.</summary>
    public static Task Fail(RequestContext context, int status, string error, string message)
    {
        JsonBuffer json = RequestScratch.Current.TakeJson();
        json.Raw("{\"error\":"u8);
        json.Quoted(error);
        json.Raw(",\"message\":"u8);
        json.Quoted(message);
        json.Raw("}\n"u8);
        return context.Json(status, json);
    }

    /// <summary>Answers an order that was not carried out.</summary>
    public static Task Fail(RequestContext context, CatalogueException fault)
    {
        (int status, string error) = fault.Fault switch
        {
            CatalogueFault.NotFound => (404, "not-found"),
            CatalogueFault.Conflict => (409, "conflict"),
            CatalogueFault.Invalid => (400, "invalid"),
            CatalogueFault.Untrusted => (422, "untrusted"),
            CatalogueFault.Full => (507, "full"),
            CatalogueFault.Unavailable => (503, "unavailable"),
            _ => (500, "internal"),
        };
        if (status == 503)
            context.Headers.RetryAfter = "1";
        return Fail(context, status, error, fault.Message);
    }

    /// <summary>Answers, counts and logs a request that is not let in.</summary>
    public static Task Refuse(RequestContext context, ServerGate gate, ServerRefusal refusal)
    {
        gate.Count(context, refusal);
        if (ServerAccess.StatusOf(refusal) == 401)
            context.Headers.WWWAuthenticate = $"Bearer realm=\"{Realm}\"";
        return Fail(
            context, ServerAccess.StatusOf(refusal), ServerAccess.Name(refusal), ServerAccess.TextOf(refusal));
    }

    /// <summary>Asks a machine for the user of downloads.</summary>
    public static Task AskForDownloadUser(RequestContext context, ServerGate gate)
    {
        gate.Count(context, ServerRefusal.DownloadUser);
        context.Headers.WWWAuthenticate = string.Create(
            CultureInfo.InvariantCulture, $"Basic realm=\"{Realm}\", charset=\"UTF-8\"");
        return context.PlainError(
            401, System.Text.Encoding.UTF8.GetBytes(ServerAccess.TextOf(ServerRefusal.DownloadUser) + "\n"));
    }
}
