using System.Net;
using System.Net.Sockets;

namespace CoreNode.Discovery;

/// <summary>
/// Counts what each client has had in the present minute. An IPv6 client is its /64, because that is what one
/// subscriber has. When more clients come than are counted, those beyond wait for the next minute. Any thread.
/// </summary>
/// <param name="perMinute">What one client may have.</param>
/// <param name="time">The clock.</param>
public sealed class ClientQuota(int perMinute, TimeProvider time)
{
    /// <summary>Clients that are counted in one minute.</summary>
    public const int MostClients = 4096;

    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly Dictionary<IPAddress, int> _counts = [];
    private long _begin = time.GetTimestamp();

    /// <summary>Takes one; false if the client has had its share.</summary>
    public bool TryTake(IPAddress? client)
    {
        IPAddress key = Key(client ?? IPAddress.None);
        lock (_gate)
        {
            if (time.GetElapsedTime(_begin) >= s_minute)
            {
                _counts.Clear();
                _begin = time.GetTimestamp();
            }

            int count = _counts.GetValueOrDefault(key);
            if (count >= perMinute || (count == 0 && _counts.Count >= MostClients))
                return false;
            _counts[key] = count + 1;
            return true;
        }
    }

    private static IPAddress Key(IPAddress client)
    {
        if (client.IsIPv4MappedToIPv6)
            return client.MapToIPv4();
        if (client.AddressFamily != AddressFamily.InterNetworkV6)
            return client;
        byte[] bytes = client.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
