using System.Net;

namespace CoreNode.Api;

/// <summary>One place where connections come in.</summary>
/// <param name="Kind">What it is for.</param>
/// <param name="EndPoint">Where it listens.</param>
/// <param name="IsTls">Connections are encrypted, and the server shows who it is.</param>
/// <param name="AsksForCertificate">Only who shows a certificate of the trusted CAs gets in.</param>
internal sealed record Listener(ListenerKind Kind, EndPoint EndPoint, bool IsTls, bool AsksForCertificate)
{
    /// <summary>Only this machine reaches it.</summary>
    public bool IsLocal => EndPoint is not IPEndPoint address || IPAddress.IsLoopback(address.Address);

    /// <summary>Whoever reaches the address gets in, from anywhere, without a proof of who he is.</summary>
    public bool IsOpen => !IsLocal && !AsksForCertificate;

    /// <summary>Its URL or path, for messages.</summary>
    public string Name => EndPoint is IPEndPoint
        ? $"{(IsTls ? Uri.UriSchemeHttps : Uri.UriSchemeHttp)}://{EndPoint}"
        : $"the unix socket {EndPoint}";

    /// <summary>The listener of a URL.</summary>
    /// <exception cref="ArgumentException">It names no IP address, or has another scheme.</exception>
    public static Listener Of(ListenerKind kind, Uri url, bool asksForCertificate)
    {
        bool isTls = url.Scheme == Uri.UriSchemeHttps;
        if (!isTls && url.Scheme != Uri.UriSchemeHttp)
            throw new ArgumentException($"URL {url}: only http and https are served");
        return new Listener(kind, ToEndPoint(url), isTls, isTls && asksForCertificate);
    }

    private static IPEndPoint ToEndPoint(Uri url)
    {
        if (url.Host == "localhost")
            return new IPEndPoint(IPAddress.Loopback, url.Port);
        return IPAddress.TryParse(url.Host.Trim('[', ']'), out IPAddress? address)
            ? new IPEndPoint(address, url.Port)
            : throw new ArgumentException($"URL {url}: an IP address is needed to listen on, not a name");
    }
}
