using System.Net;

namespace CoreNode.Api.Access;

/// <summary>Tells names from addresses in Host headers. Pure.</summary>
internal static class HostName
{
    /// <summary>
    /// True if nobody else's name is asked for: an IP address or localhost, with or without a port, or nothing at all.
    /// A browser that was led here by a name (DNS rebinding) sends that name.
    /// </summary>
    public static bool IsNeutral(string host)
    {
        string name = WithoutPort(host);
        if (name.Length == 0 || name.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return true;
        // IPAddress also reads "1" and "0x7f.1"; nobody needs to write those.
        bool looksLikeAddress = name[0] == '['
            ? name[^1] == ']'
            : name.Count(static c => c == '.') == 3 && name.All(static c => c == '.' || char.IsAsciiDigit(c));
        return looksLikeAddress && IPAddress.TryParse(name.Trim('[', ']'), out _);
    }

    private static string WithoutPort(string host)
    {
        int colon = host.LastIndexOf(':');
        return colon < 0 || colon < host.LastIndexOf(']') ? host : host[..colon];
    }
}
