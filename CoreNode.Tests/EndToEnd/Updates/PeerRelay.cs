using System.Net;
using System.Net.Sockets;

namespace CoreNode.Tests.EndToEnd.Updates;

/// <summary>
/// A node's peer listener as others see it: passes connections on until it is cut. Then it answers nothing and breaks
/// nothing off, as a network does that loses everything.
/// </summary>
internal sealed class PeerRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _links = [];
    private readonly Task _run;
    private volatile bool _isCut;

    public PeerRelay()
    {
        _listener.Start();
        _run = RunAsync();
    }

    /// <summary>Where others reach the node.</summary>
    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>The port of the node.</summary>
    public int Target { get; set; }

    /// <summary>Nothing passes from now on, either way.</summary>
    public void Cut() => _isCut = true;

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
                _links.Add(RelayAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task RelayAsync(TcpClient near)
    {
        using TcpClient far = new();
        using (near)
        {
            try
            {
                await far.ConnectAsync(IPAddress.Loopback, Target, _stop.Token);
                Task first = await Task.WhenAny(
                    CopyAsync(near.GetStream(), far.GetStream()), CopyAsync(far.GetStream(), near.GetStream()));
                await first;
            }
            catch (Exception over) when (over is OperationCanceledException or IOException or SocketException)
            {
                // One side is gone.
            }
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to)
    {
        byte[] buffer = new byte[64 << 10];
        while (true)
        {
            int count = await from.ReadAsync(buffer, _stop.Token);
            if (_isCut)
                await Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token);
            if (count == 0)
                return;
            await to.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
        }
    }
}
