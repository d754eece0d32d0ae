using CoreNode.Api.Wire;

namespace CoreNode.Api.Fleet;

/// <summary>
/// Answers in the shape of fleet's API: always JSON, compact, with fleetd's name; errors as Google's clients read them
/// (fleet: A.10).
/// </summary>
internal static class FleetAnswer
{
    /// <summary>What fleetd 1.0.0 calls itself: some clients look at it.</summary>
    public const string ServerName = "fleetd/1.0.0";

    /// <summary>fleet's words for "the store is away".</summary>
    public const string StoreAway = "fleet server unable to communicate with etcd";

    // More than this goes out in pieces, each as fast as the client takes it.
    private const int PieceBytes = 64 << 10;

    /// <summary>Answers with JSON.</summary>
    public static Task JsonAsync(RequestContext context, int status, JsonBuffer json)
    {
        Begin(context, status);
        return SendAsync(context, json);
    }

    /// <summary>Answers without a body.</summary>
    public static Task Empty(RequestContext context, int status)
    {
        Begin(context, status);

        // RFC 9110 §8.6: 204 has no length.
        if (status != 204)
            context.Headers.ContentLength = 0;
        return Task.CompletedTask;
    }

    /// <summary>Answers with an error; the message may be empty, as fleetd's often is.</summary>
    public static Task Error(RequestContext context, int status, string message)
    {
        JsonBuffer json = new(256);
        json.Raw("{\"error\":{\"code\":"u8);
        json.Number((long)status);
        json.Raw(",\"message\":"u8);
        json.Quoted(message);
        json.Raw("}}"u8);
        return JsonAsync(context, status, json);
    }

    /// <summary>Sends a body of which the headers are set but for its length.</summary>
    public static async Task SendAsync(RequestContext context, JsonBuffer json)
    {
        if (json.Length <= PieceBytes || context.IsHead)
        {
            await context.Answer(json.Written);
            return;
        }

        context.Headers.ContentLength = json.Length;
        for (int at = 0; at < json.Length; at += PieceBytes)
        {
            context.Write(json.Written[at..Math.Min(json.Length, at + PieceBytes)]);
            if ((await context.FlushAsync()).IsCompleted)
                return;
        }
    }

    private static void Begin(RequestContext context, int status)
    {
        context.Status = status;
        context.Headers.ContentType = RequestContext.JsonType;
        context.Headers.Server = ServerName;
    }
}
