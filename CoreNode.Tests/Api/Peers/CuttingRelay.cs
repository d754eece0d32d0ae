using System.Net.Sockets;

namespace CoreNode.Tests.Api.Peers;

/// <summary>
/// Passes connections on to a port, and breaks the ones that it is told to after so many bytes from who dialled.
/// </summary>
internal sealed class CuttingRelay : IAsyncDisposable
{
    private readonly Socket _listener = FakePeer.Listen();
    private readonly int _target;
    private readonly Queue<long> _cuts;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;
    private readonly List<Task> _links = [];

    /// <param name="target">Where to.</param>
    /// <param name="cuts">
    /// The first connections that carry more bytes than 100 000 are cut after these many; later ones are not.
    /// </param>
    public CuttingRelay(int target, params long[] cuts)
    {
        _target = target;
        _cuts = new Queue<long>(cuts);
        _run = RunAsync();
    }

    public string Url => $"http://127.0.0.1:{FakePeer.PortOf(_listener)}";

    /// <summary>Connections that were cut.</summary>
    public int Cut { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _run;
        await Task.WhenAll(_links);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
                _links.Add(RelayAsync(await _listener.AcceptAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task RelayAsync(Socket near)
    {
        using Socket far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using (near)
        {
            await far.ConnectAsync(PeerMember.Loopback(_target));
            Task<bool> back = CopyAsync(far, near, isCut: false);
            // What was passed on before the cut still arrives; the one who dialled finds a broken connection.
            if (await CopyAsync(near, far, isCut: true))
                near.Close(0);
            await back;
        }
    }

    private async Task<bool> CopyAsync(Socket from, Socket to, bool isCut)
    {
        byte[] buffer = new byte[16 << 10];
        long copied = 0;
        long limit = long.MaxValue;
        try
        {
            while (copied < limit)
            {
                int count = await from.ReceiveAsync(buffer, SocketFlags.None, _stop.Token);
                if (count == 0)
                    break;
                await to.SendAsync(buffer.AsMemory(0, count), SocketFlags.None, _stop.Token);
                copied += count;
                if (isCut && limit == long.MaxValue && copied > 100_000 && _cuts.TryDequeue(out long cut))
                    limit = cut;
            }

            to.Shutdown(SocketShutdown.Send);
            Cut += copied >= limit ? 1 : 0;
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One side is gone.
        }

        return copied >= limit;
    }
}
