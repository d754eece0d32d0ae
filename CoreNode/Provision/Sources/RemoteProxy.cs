using System.Globalization;
using System.Net;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Sources;

/// <summary>
/// The proxies that a configuration names, and the hosts that it reaches without (Ignition's proxy). Pure.
/// </summary>
internal sealed class RemoteProxy : IWebProxy
{
    private readonly FetchOptions _options;

    /// <summary>By these wishes.</summary>
    public RemoteProxy(FetchOptions options)
    {
        _options = options;
        CredentialCache cache = [];
        Add(cache, options.HttpProxy);
        Add(cache, options.HttpsProxy);
        Credentials = cache;
    }

    /// <summary>User and password of the proxies, out of their URLs.</summary>
    public ICredentials? Credentials { get; set; }

    /// <inheritdoc/>
    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : Of(destination);

    /// <inheritdoc/>
    public bool IsBypassed(Uri host)
    {
        if (Of(host) is null)
            return true;
        foreach (string one in _options.NoProxy)
        {
            if (one == "*" || IsIn(host, one))
                return true;
        }

        return false;
    }

    private Uri? Of(Uri host) =>
        host.Scheme == Uri.UriSchemeHttps ? _options.HttpsProxy ?? _options.HttpProxy : _options.HttpProxy;

    // "a.b" is that name and those below it, ".a.b" those below it only; addresses may be networks; a port narrows all.
    private static bool IsIn(Uri host, string pattern)
    {
        string name = pattern;
        int colon = pattern.LastIndexOf(':');
        bool isBare = colon >= 0 && pattern.IndexOf(':', StringComparison.Ordinal) < colon && pattern[0] != '[';
        if (colon > 0 && !isBare && pattern[^1] != ']')
        {
            if (pattern[(colon + 1)..] != host.Port.ToString(CultureInfo.InvariantCulture))
                return false;
            name = pattern[..colon];
        }

        name = name.Trim('[', ']');
        string wanted = host.DnsSafeHost;
        if (IPAddress.TryParse(wanted, out IPAddress? address))
        {
            return IPAddress.TryParse(name, out IPAddress? one) ? one.Equals(address)
                : IPNetwork.TryParse(name, out IPNetwork network) && network.Contains(address);
        }

        bool isBelowOnly = name.StartsWith('.');
        return name.Length > 1 && ((!isBelowOnly && wanted.Equals(name, StringComparison.OrdinalIgnoreCase))
            || wanted.EndsWith(isBelowOnly ? name : "." + name, StringComparison.OrdinalIgnoreCase));
    }

    private static void Add(CredentialCache cache, Uri? proxy)
    {
        if (proxy is null || proxy.UserInfo.Length == 0)
            return;
        string[] parts = proxy.UserInfo.Split(':', 2);
        Uri place = new(proxy.GetLeftPart(UriPartial.Scheme) + proxy.Host + ":" + proxy.Port);
        if (cache.GetCredential(place, "Basic") is null)
        {
            cache.Add(place, "Basic", new NetworkCredential(
                Uri.UnescapeDataString(parts[0]), parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : ""));
        }
    }
}
