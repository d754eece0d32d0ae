using System.Net;
using System.Net.Sockets;
using System.Text;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Benchmarks;

/// <summary>Memory of a server that 10,000 clients wait on, each for a change of a key that does not change.</summary>
internal static class IdleWatchRows
{
    private const int Watches = 10_000;

    // One address may not have as many.
    private const int Addresses = 4;

    // The node looks every ten seconds whether it has grown and is quiet.
    private static readonly TimeSpan s_settleTime = TimeSpan.FromSeconds(45);

    public static async Task<IReadOnlyList<Figure>> MemoryAsync(BenchmarkOptions options)
    {
        await using ServerPair pair = await ServerPair.StartAsync();
        (double, double) resident = (await ResidentAsync(pair.Etcd), await ResidentAsync(pair.Node));
        return [new Figure("memory with 10,000 idle watches", "MB", new Target.AtMostAndBelow(120), [resident])];
    }

    private static async Task<double> ResidentAsync(ServerProcess server)
    {
        Uri url = server.Place.ClientUrl;
        List<Socket> watches = [];
        try
        {
            byte[] request = Encoding.ASCII.GetBytes(
                $"GET /v2/keys/idle?wait=true&stream=true HTTP/1.1\r\nHost: {url.Authority}\r\n\r\n");
            for (int i = 0; i < Watches; i++)
            {
                Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                watches.Add(socket);
                socket.Bind(new IPEndPoint(IPAddress.Parse($"127.0.0.{1 + i % Addresses}"), 0));
                socket.Connect(url.Host, url.Port);
                socket.Send(request);
            }

            byte[] head = new byte[1024];
            foreach (Socket watch in watches)
            {
                int count = watch.Receive(head);
                if (!head.AsSpan(0, count).StartsWith("HTTP/1.1 200"u8))
                    throw new IOException($"a watch was refused: {Encoding.ASCII.GetString(head, 0, count)}");
            }

            await Task.Delay(s_settleTime);
            return ProcessMeter.ResidentMegabytes(server.Pid);
        }
        finally
        {
            foreach (Socket watch in watches)
                watch.Dispose();
        }
    }
}
