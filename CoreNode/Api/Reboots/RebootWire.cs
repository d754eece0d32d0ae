using CoreNode.Api.Wire;
using CoreNode.Reboots.Desk;

namespace CoreNode.Api.Reboots;

/// <summary>Statuses and orders as JSON. Pure.</summary>
internal static class RebootWire
{
    /// <summary>Longest body of an order.</summary>
    public const int MaxBodyBytes = 4 << 10;

    private const int LongestReason = 500;

    /// <summary>The status, on one line with its line feed.</summary>
    public static JsonBuffer Of(RebootStatusView view)
    {
        JsonBuffer json = new(1024);
        Text(json, "{\"stage\":"u8, view.Stage);
        Number(json, ",\"stageSince\":"u8, view.StageSince);
        Text(json, ",\"reason\":"u8, view.Reason);
        Number(json, ",\"nextAt\":"u8, view.NextAt);
        Text(json, ",\"want\":"u8, view.Want);
        Text(json, ",\"wantedBy\":"u8, view.WantedBy);
        Number(json, ",\"since\":"u8, view.Since);
        Text(json, ",\"strategy\":"u8, view.Strategy);
        Flag(json, ",\"strategySet\":"u8, view.IsStrategySet);
        Text(json, ",\"strategyFrom\":"u8, view.StrategyFrom);
        Text(json, ",\"windows\":"u8, view.Windows);
        Text(json, ",\"windowsFrom\":"u8, view.WindowsFrom);
        Text(json, ",\"fuzz\":"u8, view.Fuzz);
        Text(json, ",\"fuzzFrom\":"u8, view.FuzzFrom);
        Text(json, ",\"group\":"u8, view.Group);
        Text(json, ",\"groupFrom\":"u8, view.GroupFrom);
        Number(json, ",\"lockSince\":"u8, view.LockSince);
        Text(json, ",\"by\":"u8, view.By);
        Flag(json, ",\"outageAccepted\":"u8, view.IsOutageAccepted);
        Text(json, ",\"ended\":"u8, view.Ended);
        Number(json, ",\"endedAt\":"u8, view.EndedAt);
        Flag(json, ",\"failed\":"u8, view.IsFailed);
        Text(json, ",\"forbidden\":"u8, view.Forbidden);
        json.Raw("}\n"u8);
        return json;
    }

    /// <summary>The order that a path names; null for none.</summary>
    public static RebootWishKind? Find(string word) => word switch
    {
        "now" => RebootWishKind.Now,
        "accept-outage" => RebootWishKind.AcceptOutage,
        "cancel" => RebootWishKind.Cancel,
        "strategy" => RebootWishKind.Strategy,
        "windows" => RebootWishKind.Windows,
        "group" => RebootWishKind.Group,
        "fuzz" => RebootWishKind.Fuzz,
        _ => null,
    };

    /// <summary>Reads an order; an empty body is one without further words.</summary>
    public static ReadWish Read(RebootWishKind kind, ReadOnlySpan<byte> body)
    {
        RebootWish wish = new(kind);
        if (body.Trim(" \t\r\n"u8).IsEmpty)
            return new ReadWish(wish);
        if (GoJson.Parse(body, isStream: false, out string error) is not { } json)
            return new ReadWish(null, $"the body is no JSON: {error}");
        if (json.Kind != GoJsonKind.Map)
            return new ReadWish(null, "the body is no JSON object");
        string field = kind switch
        {
            RebootWishKind.Windows => "windows",
            RebootWishKind.Group => "group",
            RebootWishKind.Fuzz => "fuzz",
            _ => "",
        };
        GoJsonValue? value = field.Length > 0 ? json.Find(field) : null;
        if (value is { Kind: not (GoJsonKind.Text or GoJsonKind.Null) })
            return new ReadWish(null, $"\"{field}\" is a text, or null for what flags and files say");
        wish = wish with
        {
            Value = value is { Kind: GoJsonKind.Text } ? value.Text : null,
            Reason = Text(json, "reason"),
            Strategy = Text(json, "strategy"),
            By = Text(json, "by"),
            IsOutageAccepted = json.Find("acceptOutage") is { Kind: GoJsonKind.Bool, IsTrue: true },
        };
        if (wish.By.Length > 0 && !RebootWish.Ways.Contains(wish.By))
            return new ReadWish(null, $"\"by\" is one of {string.Join(", ", RebootWish.Ways)}");
        return wish.Reason.Length > LongestReason || wish.Reason.AsSpan().ContainsAnyInRange('\0', '\u001f')
            ? new ReadWish(null, $"\"reason\" is one line of up to {LongestReason} characters")
            : new ReadWish(wish);
    }

    private static string Text(GoJsonValue json, string name) =>
        json.Find(name) is { Kind: GoJsonKind.Text } field ? field.Text : "";

    private static void Text(JsonBuffer json, ReadOnlySpan<byte> head, string text)
    {
        json.Raw(head);
        json.Quoted(text);
    }

    private static void Number(JsonBuffer json, ReadOnlySpan<byte> head, long number)
    {
        json.Raw(head);
        json.Number(number);
    }

    private static void Flag(JsonBuffer json, ReadOnlySpan<byte> head, bool isTrue)
    {
        json.Raw(head);
        json.Raw(isTrue ? "true"u8 : "false"u8);
    }
}
