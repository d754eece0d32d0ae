using System.Net;
using Microsoft.Extensions.Primitives;

namespace CoreNode.Api.UpdateServer;

/// <summary>
/// Proxies that are believed where machines and people behind them are. X-Forwarded-For is a list to which each proxy
/// adds whom it was asked by, so it is read from its end, as long as those who wrote it are trusted: what stands before
/// that anybody may have made up. Pure; any thread.
/// </summary>
public sealed class TrustedProxies
{
    // Chains of proxies are short; what is longer is somebody's play.
    private const int MostHops = 16;

    private readonly List<byte[]> _networks = [];
    private readonly List<int> _bits = [];

    /// <summary>Adds "ADDRESS" or "ADDRESS/BITS"; false if it is neither, or everybody.</summary>
    public bool TryAdd(string text)
    {
        int slash = text.IndexOf('/');
        ReadOnlySpan<char> address = slash < 0 ? text : text.AsSpan(0, slash);
        if (!IPAddress.TryParse(address, out IPAddress? network))
            return false;
        byte[] bytes = BytesOf(network);
        int bits = bytes.Length * 8;
        if (slash >= 0)
        {
            bool isNumber = int.TryParse(text.AsSpan(slash + 1), out int wanted);
            if (!isNumber || wanted < 1 || wanted > bits || network.IsIPv4MappedToIPv6)
                return false;
            bits = wanted;
        }

        _networks.Add(bytes);
        _bits.Add(bits);
        return true;
    }

    /// <summary>Where a request comes from: the connection's other side, or who that says it was asked by.</summary>
    /// <param name="remote">The connection's other side; null on a unix socket, where there are no proxies.</param>
    /// <param name="forwarded">X-Forwarded-For, as many of them as there are.</param>
    public IPAddress? Origin(IPAddress? remote, StringValues forwarded)
    {
        if (remote is null || !IsTrusted(remote))
            return remote;
        IPAddress origin = remote;
        int hops = 0;
        for (int i = forwarded.Count - 1; i >= 0; i--)
        {
            ReadOnlySpan<char> rest = forwarded[i];
            while (rest.Length > 0)
            {
                int comma = rest.LastIndexOf(',');
                ReadOnlySpan<char> last = rest[(comma + 1)..].Trim();
                rest = comma < 0 ? default : rest[..comma];
                // With a port or without; what is no address ("unknown") leaves it at the proxy that wrote it.
                if (++hops > MostHops || !IPEndPoint.TryParse(last, out IPEndPoint? one))
                    return origin;
                origin = one.Address.IsIPv4MappedToIPv6 ? one.Address.MapToIPv4() : one.Address;
                if (!IsTrusted(origin))
                    return origin;
            }
        }

        return origin;
    }

    private bool IsTrusted(IPAddress address)
    {
        if (_networks.Count == 0)
            return false;
        byte[] bytes = BytesOf(address);
        for (int i = 0; i < _networks.Count; i++)
        {
            if (IsIn(bytes, _networks[i], _bits[i]))
                return true;
        }

        return false;
    }

    private static bool IsIn(byte[] address, byte[] network, int bits)
    {
        int whole = bits / 8;
        if (address.Length != network.Length || !address.AsSpan(0, whole).SequenceEqual(network.AsSpan(0, whole)))
            return false;
        int rest = bits % 8;
        return rest == 0 || (address[whole] ^ network[whole]) >> (8 - rest) == 0;
    }

    private static byte[] BytesOf(IPAddress address) =>
        (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();
}
