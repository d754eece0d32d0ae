using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;

namespace CoreNode.Api.Relay;

/// <summary>Where the client URL of a member points. Immutable.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">Port.</param>
/// <param name="IsTls">True for https.</param>
/// <param name="HostHeader">The Host header line, with its end.</param>
internal sealed record UpstreamAddress(string Host, int Port, bool IsTls, byte[] HostHeader)
{
    /// <summary>Reads a URL; false if it is none that can be asked, with the reason.</summary>
    public static bool TryParse(
        string url, [NotNullWhen(true)] out UpstreamAddress? address, [NotNullWhen(false)] out string? problem)
    {
        address = null;
        problem = null;
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri)
            || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
        {
            problem = "it is no URL that can be asked; set --advertise-client-urls of that member";
            return false;
        }

        string host = uri.Host.Trim('[', ']');
        if (IPAddress.TryParse(host, out IPAddress? ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)))
        {
            problem = "it says every address, which is none to connect to; set --advertise-client-urls of that member";
            return false;
        }

        byte[] header = Encoding.ASCII.GetBytes($"Host: {uri.IdnHost}:{uri.Port}\r\n");
        address = new UpstreamAddress(host, uri.Port, uri.Scheme == Uri.UriSchemeHttps, header);
        return true;
    }

    /// <summary>The addresses to connect to.</summary>
    public async ValueTask<IPAddress[]> ResolveAsync(CancellationToken cancellation) =>
        IPAddress.TryParse(Host, out IPAddress? ip) ? [ip] : await Dns.GetHostAddressesAsync(Host, cancellation);
}
