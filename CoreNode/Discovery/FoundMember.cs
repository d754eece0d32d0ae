namespace CoreNode.Discovery;

/// <summary>A member of the cluster that was found.</summary>
/// <param name="Name">What it calls itself.</param>
/// <param name="PeerUrls">Where it is reached by the others, in its own order.</param>
public sealed record FoundMember(string Name, IReadOnlyList<string> PeerUrls)
{
    private const int LongestText = 8 << 10;

    /// <summary>NAME=URL[,NAME=URL], as entries of directories and --initial-cluster have it.</summary>
    public string Text => string.Join(',', PeerUrls.Select(url => $"{Name}={url}"));

    /// <summary>
    /// Reads <see cref="Text"/>, also with "&amp;" between the pairs; null if it is none. What others wrote ends up in
    /// logs and URLs, so it has no control characters.
    /// </summary>
    public static FoundMember? Parse(string text)
    {
        if (text.Length > LongestText || text.Any(char.IsControl))
            return null;
        string? name = null;
        List<string> urls = [];
        foreach (string part in text.Split([',', '&']))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || (name is not null && name != part[..equals]) || !IsPeerUrl(part[(equals + 1)..]))
                return null;
            name = part[..equals];
            urls.Add(part[(equals + 1)..]);
        }

        return name is null ? null : new FoundMember(name, urls);
    }

    private static bool IsPeerUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"
        && url.AbsolutePath == "/" && url.Query.Length == 0;
}
