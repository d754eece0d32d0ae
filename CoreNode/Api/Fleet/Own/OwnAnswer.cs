using CoreNode.Api.Limits;
using CoreNode.Api.Wire;
using CoreNode.Foundation;

namespace CoreNode.Api.Fleet.Own;

/// <summary>Answers of /corenode/v1 about units and machines.</summary>
internal static class OwnAnswer
{
    /// <summary>Answers with JSON and a line feed.</summary>
    public static Task JsonAsync(RequestContext context, JsonBuffer json)
    {
        json.Raw("\n"u8);
        context.Headers.ContentType = RequestContext.JsonType;
        return FleetAnswer.SendAsync(context, json);
    }

    /// <summary>Answers what became of one write: its index, or why not.</summary>
    public static Task Done(RequestContext context, WriteResult result)
    {
        if (!result.IsDone)
            return context.Message(result.IsAway ? 503 : 409, result.Reason);
        JsonBuffer json = new(64);
        Index(json, result.Index);
        json.Raw("}"u8);
        return JsonAsync(context, json);
    }

    /// <summary>Begins an object with the index.</summary>
    public static void Index(JsonBuffer json, StoreIndex index)
    {
        json.Raw("{\"index\":"u8);
        json.Number(index.Value);
    }

    /// <summary>A field that is a string.</summary>
    public static void Text(JsonBuffer json, ReadOnlySpan<byte> head, string text)
    {
        json.Raw(head);
        json.Quoted(text);
    }

    /// <summary>A field that is a number.</summary>
    public static void Number(JsonBuffer json, ReadOnlySpan<byte> head, long number)
    {
        json.Raw(head);
        json.Number(number);
    }

    /// <summary>A field that is true or false.</summary>
    public static void Flag(JsonBuffer json, ReadOnlySpan<byte> head, bool flag)
    {
        json.Raw(head);
        json.Raw(flag ? "true"u8 : "false"u8);
    }

    /// <summary>Reads a JSON object of a body; null with the answer to who sent something else.</summary>
    public static async ValueTask<(GoJsonValue? Json, Task? Refusal)> ReadAsync(RequestContext context, int limit)
    {
        RequestBody body = await BodyReader.ReadAsync(context, limit);
        if (body.NoRoom is { } noRoom)
            return (null, LimitAnswer.Message(context, noRoom));
        if (body.IsTooLong)
            return (null, context.Message(413, $"the body is longer than {limit} bytes: send less at once"));
        if (GoBody.Parse(body.Bytes.Span, out string error) is not { } json)
            return (null, context.Message(400, $"the body is no JSON: {error}"));
        return json.Kind == GoJsonKind.Map
            ? (json, null)
            : (null, context.Message(400, "the body is no JSON object"));
    }

    /// <summary>A field that is true or false; the first complaint is kept.</summary>
    public static bool Flag(GoJsonValue json, string name, ref string error)
    {
        if (json.Find(name) is not { } field)
            return false;
        if (field.Kind != GoJsonKind.Bool && error.Length == 0)
            error = $"\"{name}\" is neither true nor false";
        return field.IsTrue;
    }
}
