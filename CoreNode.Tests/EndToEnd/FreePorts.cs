using System.Net;
using System.Net.Sockets;

namespace CoreNode.Tests.EndToEnd;

/// <summary>
/// Free loopback ports below Linux's ephemeral range (32768…): no outgoing connection of a neighbour can take one
/// between two starts of the same server.
/// </summary>
internal static class FreePorts
{
    private const int First = 20000;
    private const int Last = 32000;
    private const int MaxTries = 200;

    private static readonly HashSet<int> _given = [];

    /// <summary>A port that nobody listens on and that this test run has not handed out before.</summary>
    public static int Next()
    {
        lock (_given)
        {
            for (int i = 0; i < MaxTries; i++)
            {
                int port = Random.Shared.Next(First, Last);
                if (_given.Add(port) && IsFree(port))
                    return port;
            }
        }
        throw new IOException($"no free loopback port found in {First}-{Last} after {MaxTries} tries");
    }

    /// <summary>The first of so many such ports in a row.</summary>
    public static int NextBlock(int count)
    {
        lock (_given)
        {
            for (int i = 0; i < MaxTries; i++)
            {
                int first = Random.Shared.Next(First, Last - count);
                int free = 0;
                while (free < count && !_given.Contains(first + free) && IsFree(first + free))
                    free++;
                if (free < count)
                    continue;
                _given.UnionWith(Enumerable.Range(first, count));
                return first;
            }
        }
        throw new IOException($"no {count} free loopback ports in a row found after {MaxTries} tries");
    }

    private static bool IsFree(int port)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
