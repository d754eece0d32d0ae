namespace CoreNode.Provision.CloudConfig;

/// <summary>
/// A text that is checked without the machine's addresses still has their names in it. So that everything around them
/// can be checked, addresses from the ranges for documents (RFC 5737, RFC 3849) stand in.
/// </summary>
internal static class Placeholders
{
    private static readonly (string Name, string Address)[] s_all =
    [
        ("$public_ipv4", "192.0.2.241"), ("$private_ipv4", "192.0.2.242"), ("$public_ipv6", "2001:db8::241"),
        ("$private_ipv6", "2001:db8::242"),
    ];

    /// <summary>The text as it may look later.</summary>
    public static string ForChecks(string text)
    {
        if (!text.Contains('$', StringComparison.Ordinal))
            return text;
        foreach ((string name, string address) in s_all)
            text = text.Replace(name, address, StringComparison.Ordinal);
        return text;
    }

    /// <summary>What was said of such a text, in the words of its author.</summary>
    public static string Back(string text)
    {
        foreach ((string name, string address) in s_all)
            text = text.Replace(address, name, StringComparison.Ordinal);
        return text;
    }
}
