using System.Net;

namespace CoreNode.Updates.Client.Exchange;

/// <summary>
/// Which proxy a URL is reached by, from the environment as curl reads it: http_proxy (small letters only, since CGI
/// servers set the other from a header), https_proxy, all_proxy, no_proxy. Pure: the environment is handed in.
/// </summary>
public sealed class ProxySettings : IWebProxy
{
    private readonly Uri? _http;
    private readonly Uri? _https;
    private readonly string[] _direct;

    private ProxySettings(Uri? http, Uri? https, string[] direct)
    {
        _http = http;
        _https = https;
        _direct = direct;
    }

    /// <summary>Everything is reached directly.</summary>
    public static ProxySettings None { get; } = new(null, null, []);

    /// <summary>True if no URL needs a proxy.</summary>
    public bool IsEmpty => _http is null && _https is null;

    /// <summary>Variables that cannot be used, one complaint each.</summary>
    public IReadOnlyList<string> Problems { get; private init; } = [];

    /// <summary>User and password of the proxy, out of its URL.</summary>
    public ICredentials? Credentials { get; set; }

    /// <summary>Reads the variables.</summary>
    /// <param name="variable">Gives a variable's value; null if it is not set.</param>
    public static ProxySettings Of(Func<string, string?> variable)
    {
        List<string> problems = [];
        Uri? all = Address(variable, problems, "all_proxy", "ALL_PROXY");
        Uri? http = Address(variable, problems, "http_proxy") ?? all;
        Uri? https = Address(variable, problems, "https_proxy", "HTTPS_PROXY") ?? all;
        string direct = variable("no_proxy") ?? variable("NO_PROXY") ?? "";
        string[] names = direct.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
        return new ProxySettings(http, https, names)
        {
            Problems = problems,
            Credentials = CredentialsOf(http, https),
        };
    }

    /// <inheritdoc/>
    public Uri? GetProxy(Uri destination) =>
        IsBypassed(destination) ? null : destination.Scheme == Uri.UriSchemeHttps ? _https : _http;

    /// <inheritdoc/>
    public bool IsBypassed(Uri host)
    {
        if ((host.Scheme == Uri.UriSchemeHttps ? _https : _http) is null)
            return true;
        foreach (string one in _direct)
        {
            if (one == "*" || IsIn(host, one))
                return true;
        }

        return false;
    }

    // "example.com" and ".example.com" both mean the name and all below it, as curl takes them; a port narrows it.
    private static bool IsIn(Uri host, string pattern)
    {
        string name = pattern;
        int colon = pattern.LastIndexOf(':');
        bool hasPort = colon >= 0 && pattern.IndexOf(':', StringComparison.Ordinal) == colon;
        if (hasPort)
        {
            if (pattern[(colon + 1)..] != host.Port.ToString(System.Globalization.CultureInfo.InvariantCulture))
                return false;
            name = pattern[..colon];
        }

        name = name.TrimStart('.').Trim('[', ']');
        string wanted = host.Host.Trim('[', ']');
        return name.Length > 0 && (wanted.Equals(name, StringComparison.OrdinalIgnoreCase)
            || wanted.EndsWith("." + name, StringComparison.OrdinalIgnoreCase));
    }

    private static Uri? Address(Func<string, string?> variable, List<string> problems, params string[] names)
    {
        foreach (string name in names)
        {
            if (variable(name) is not { Length: > 0 } text)
                continue;
            string whole = text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;
            if (Uri.TryCreate(whole, UriKind.Absolute, out Uri? address) && address.Host.Length > 0
                && address.Scheme is "http" or "https" or "socks4" or "socks4a" or "socks5")
                return address;
            problems.Add($"{name} names no proxy (http://HOST:PORT): it does not count");
        }

        return null;
    }

    private static CredentialCache? CredentialsOf(params Uri?[] proxies)
    {
        CredentialCache? cache = null;
        foreach (Uri? proxy in proxies.Distinct())
        {
            if (proxy is null || proxy.UserInfo.Length == 0)
                continue;
            string[] parts = proxy.UserInfo.Split(':', 2);
            string password = parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "";
            cache ??= new CredentialCache();
            cache.Add(
                new Uri(proxy.GetLeftPart(UriPartial.Scheme) + proxy.Host + ":" + proxy.Port), "Basic",
                new NetworkCredential(Uri.UnescapeDataString(parts[0]), password));
        }

        return cache;
    }
}
