using CoreNode.Api.Wire;

namespace CoreNode.Api;

/// <summary>Reads the peerURLs of a members request; says what is wrong in etcd's words.</summary>
internal static class PeerUrls
{
    /// <summary>The URLs, or null with an error.</summary>
    public static IReadOnlyList<string>? Read(ReadOnlySpan<byte> body, out string error)
    {
        GoJsonValue? request = GoJson.Parse(body, isStream: false, out error);
        if (request is null)
            return null;
        if (request.Kind is not (GoJsonKind.Map or GoJsonKind.Null))
        {
            error = $"json: cannot unmarshal {Name(request.Kind)} into Go value of type "
                + "struct { PeerURLs []string \"json:\\\"peerURLs\\\"\" }";
            return null;
        }

        IReadOnlyList<GoJsonValue> items = [];
        if (request.Find("peerURLs") is { } urls)
        {
            if (urls.Kind != GoJsonKind.Array)
            {
                error = $"json: cannot unmarshal {Name(urls.Kind)} into Go struct field .peerURLs of type []string";
                return null;
            }

            items = urls.Items;
        }

        return Check(items, out error);
    }

    private static List<string>? Check(IReadOnlyList<GoJsonValue> items, out string error)
    {
        error = items.Count == 0 ? "no valid URLs given" : "";
        List<string> urls = [];
        foreach (GoJsonValue item in items)
        {
            if (item.Kind is not (GoJsonKind.Text or GoJsonKind.Null))
            {
                error = $"json: cannot unmarshal {Name(item.Kind)} into Go struct field .peerURLs of type string";
                return null;
            }

            urls.Add(item.Text.Trim());
        }

        foreach (string url in urls)
        {
            if (error.Length == 0)
                error = Check(url);
        }

        return error.Length == 0 ? urls : null;
    }

    private static string Check(string url)
    {
        string scheme = Scheme(url);
        if (scheme.Length == 0 && url.Split('/')[0].Contains(':'))
            return $"parse \"{url}\": first path segment in URL cannot contain colon";
        if (scheme is not ("http" or "https" or "unix" or "unixs"))
            return $"URL scheme must be http, https, unix, or unixs: {url}";
        string rest = url[(scheme.Length + 1)..];
        string authority = rest.StartsWith("//", StringComparison.Ordinal) ? rest[2..] : "";
        int end = authority.AsSpan().IndexOfAny('/', '?', '#');
        string host = end < 0 ? authority : authority[..end];
        int port = host.LastIndexOf(':');
        if (port < 0 || (host.IndexOf(':') != port && !host.StartsWith('[')) || host.EndsWith(']'))
            return $"URL address does not have the form \"host:port\": {url}";
        return end >= 0 && authority[end] == '/' ? $"URL must not contain a path: {url}" : "";
    }

    private static string Scheme(string url)
    {
        for (int i = 0; i < url.Length; i++)
        {
            if (url[i] == ':')
                return url[..i].ToLowerInvariant();
            if (!char.IsAsciiLetter(url[i]) && (i == 0 || !(char.IsAsciiDigit(url[i]) || "+-.".Contains(url[i]))))
                return "";
        }

        return "";
    }

    private static string Name(GoJsonKind kind) => kind switch
    {
        GoJsonKind.Null => "null",
        GoJsonKind.Bool => "bool",
        GoJsonKind.Number => "number",
        GoJsonKind.Text => "string",
        GoJsonKind.Array => "array",
        GoJsonKind.Map => "object",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such kind"),
    };
}
