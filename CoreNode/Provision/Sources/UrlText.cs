namespace CoreNode.Provision.Sources;

/// <summary>URLs as they may stand in logs: no user, no password, no query. Pure.</summary>
public static class UrlText
{
    /// <summary>Scheme, host, port and path.</summary>
    public static string Of(Uri url)
    {
        if (!url.IsAbsoluteUri)
            return "a URL without a scheme";
        if (url.Scheme == "data")
            return "data:…";
        string text = url.GetComponents(
            UriComponents.Scheme | UriComponents.Host | UriComponents.Port | UriComponents.Path, UriFormat.UriEscaped);
        return url.Query.Length > 0 ? text + "?…" : text;
    }
}
