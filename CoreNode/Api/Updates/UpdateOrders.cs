using CoreNode.Api.Wire;
using CoreNode.Updates.Desk;

namespace CoreNode.Api.Updates;

/// <summary>Orders by their words in paths and bodies. Pure.</summary>
internal static class UpdateOrders
{
    /// <summary>Longest body of an order.</summary>
    public const int MaxBodyBytes = 16 << 10;

    private const int LongestVersion = 128;
    private const int LongestUrl = 4096;

    /// <summary>The order that a path names; null for none.</summary>
    public static UpdateOrderKind? Find(string word) => word switch
    {
        "check" => UpdateOrderKind.Check,
        "now" => UpdateOrderKind.Now,
        "cancel" => UpdateOrderKind.Cancel,
        "reset" => UpdateOrderKind.Reset,
        "pin" => UpdateOrderKind.Pin,
        "unpin" => UpdateOrderKind.Unpin,
        "rollback" => UpdateOrderKind.Rollback,
        "apply" => UpdateOrderKind.Apply,
        _ => null,
    };

    /// <summary>
    /// Reads an order; an empty body is one without wishes. Whoever is not on the machine itself cannot have it go back
    /// in time.
    /// </summary>
    public static ReadOrder Read(UpdateOrderKind kind, ReadOnlySpan<byte> body, bool isOnMachine)
    {
        UpdateOrder order = new(kind);
        if (!body.Trim(" \t\r\n"u8).IsEmpty)
        {
            if (GoJson.Parse(body, isStream: false, out string error) is not { } json)
                return new ReadOrder(null, 400, $"the body is no JSON: {error}");
            if (json.Kind != GoJsonKind.Map)
                return new ReadOrder(null, 400, "the body is no JSON object");
            string complaint = "";
            order = order with
            {
                Version = Text(json, "version", ref complaint),
                Url = Text(json, "url", ref complaint),
                IsDowngradeAllowed = Flag(json, "allowDowngrade", ref complaint),
                IsBadAccepted = Flag(json, "acceptBad", ref complaint),
            };
            if (complaint.Length > 0)
                return new ReadOrder(null, 400, complaint);
        }

        if (order.IsDowngradeAllowed && !isOnMachine)
        {
            return new ReadOrder(
                null, 403,
                "allowDowngrade needs a hand on the machine itself: ask over its unix socket, as root or in the group "
                + "corenode");
        }

        return Complaint(order) is { Length: > 0 } wrong ? new ReadOrder(null, 400, wrong) : new ReadOrder(order);
    }

    private static string Complaint(UpdateOrder order) => order.Kind switch
    {
        UpdateOrderKind.Pin when !IsPlain(order.Version, LongestVersion) =>
            $"\"version\" is the version, or beginning of versions, to stay with: up to {LongestVersion} plain "
            + "characters without spaces",
        UpdateOrderKind.Apply when !IsPayload(order.Url) =>
            "\"url\" names the payload: an absolute path on this machine, or an http:// or https:// address",
        _ => "",
    };

    private static bool IsPayload(string url) =>
        url.Length <= LongestUrl && !url.AsSpan().ContainsAnyInRange('\0', '\u001f')
        && (url.StartsWith('/')
            || (Uri.TryCreate(url, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
                && address.Host.Length > 0));

    private static bool IsPlain(string text, int most)
    {
        if (text.Length == 0 || text.Length > most)
            return false;
        foreach (char c in text)
        {
            if (c is <= ' ' or >= '\u007f')
                return false;
        }

        return true;
    }

    private static string Text(GoJsonValue json, string name, ref string complaint)
    {
        if (json.Find(name) is not { } field)
            return "";
        if (field.Kind != GoJsonKind.Text && complaint.Length == 0)
            complaint = $"\"{name}\" is no text";
        return field.Text;
    }

    private static bool Flag(GoJsonValue json, string name, ref string complaint)
    {
        if (json.Find(name) is not { } field)
            return false;
        if (field.Kind != GoJsonKind.Bool && complaint.Length == 0)
            complaint = $"\"{name}\" is neither true nor false";
        return field.IsTrue;
    }
}
