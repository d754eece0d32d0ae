using System.Net;
using System.Net.Sockets;
using CoreNode.Foundation;

namespace CoreNode.Api.Peers;

/// <summary>From peer URLs to addresses of sockets.</summary>
internal static class PeerEndPoints
{
    // A name that leads to more addresses than this is tried no further.
    private const int MaxAddresses = 8;

    /// <summary>The addresses of a URL, names resolved.</summary>
    /// <exception cref="IOException">It is none that can be reached; the message says why.</exception>
    public static async ValueTask<IPEndPoint[]> ResolveAsync(string url, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? parsed))
            throw new IOException($"{url} is not a URL");
        return await ResolveAsync(parsed, cancellation);
    }

    /// <summary>The addresses of a URL, names resolved.</summary>
    /// <exception cref="IOException">It is none that can be reached; the message says why.</exception>
    public static async ValueTask<IPEndPoint[]> ResolveAsync(Uri url, CancellationToken cancellation)
    {
        if (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)
            throw new IOException($"peer URL {url}: only http and https are spoken");
        if (IPAddress.TryParse(url.Host.Trim('[', ']'), out IPAddress? address))
            return [new IPEndPoint(address, url.Port)];
        try
        {
            IPAddress[] found = await Dns.GetHostAddressesAsync(url.IdnHost, cancellation);
            return found.Length > 0
                ? Array.ConvertAll(ListPart.First(found, MaxAddresses), a => new IPEndPoint(a, url.Port))
                : throw new IOException($"peer URL {url}: the name has no address");
        }
        catch (SocketException e)
        {
            throw new IOException($"peer URL {url}: {e.Message}", e);
        }
    }
}
