using CoreNode.Foundation;

namespace CoreNode.Tests.Conformance.Differential;

/// <summary>
/// Draws keys of a small alphabet, so that requests meet each other, and ways to write them in a target.
/// </summary>
internal static class KeyDraw
{
    /// <summary>First components of all keys: what a sequence has to clear when it starts.</summary>
    public static readonly string[] Components = ["a", "ab", "b", "_h", "d"];

    /// <summary>A key, "/" rarely.</summary>
    public static string Key(Prng prng, KeyspaceHints hints)
    {
        double draw = prng.NextDouble();
        if (draw < 0.02)
            return "/";
        if (draw < 0.06 && hints.AnyInOrderKey(prng) is { } inOrder)
            return inOrder;
        if (draw < 0.45 && hints.AnyKey(prng, directory: prng.Chance(0.3)) is { } known)
            return known;
        string key = "";
        for (int depth = 1 + prng.Next(3); depth > 0; depth--)
            key += "/" + Components[prng.Next(Components.Length)];
        return key;
    }

    /// <summary>The same key, or one below it, in one of the spellings that a server has to see through.</summary>
    public static string Spell(Prng prng, string key)
    {
        if (key == "/")
            return prng.Next(4) switch { 0 => "", 1 => "/", 2 => "/%2F", _ => "/" };
        switch (prng.Next(8))
        {
            case 0:
                return key + "/";
            case 1:
                return "/" + Uri.HexEscape(key[1]) + key[2..];
            case 2:
                return "/" + key[1..].Replace("/", "%2F", StringComparison.Ordinal);
            case 3:
                return "/" + key[1..].Replace("/", "%2f", StringComparison.Ordinal) + "%2F";
            default:
                return key + OddNames[prng.Next(OddNames.Length)];
        }
    }

    /// <summary>A path that the router refuses or redirects before the store sees it.</summary>
    public static string Unclean(Prng prng, string key) => prng.Next(8) switch
    {
        0 => "/" + key,
        1 => "/." + key,
        2 => "/x/.." + key,
        3 => "/%2e%2e" + key,
        4 => key + "//",
        5 => key + "/%zz",
        6 => key + "/..",
        _ => key + "/%2",
    };

    // Latin-1: each char goes out as one byte; \u00c3\u00a9 is é in UTF-8.
    private static readonly string[] OddNames =
    [
        "/%20", "/+", "/%2B", "/%00", "/%0a", "/%7f", "/%3F", "/%23", "/%25", "/%3b", "/;", "/%c3%a9", "/%ff%fe",
        "/%e2%80%a8", "/%3c%3e%26", "/%22%5c", "/~!*'()", "/@:,=$", "/.a", "/a.", "/...", "/_", "/%5Fx", "/A",
        "/%e2%82", "/[x]", "/^|`",
    ];
}
