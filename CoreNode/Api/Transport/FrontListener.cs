using System.Net;
using System.Net.Sockets;
using CoreNode.Api.Limits;
using Microsoft.AspNetCore.Connections;

namespace CoreNode.Api.Transport;

/// <summary>
/// Accepts connections that the limits allow; others are told why and closed before anything is kept for them. Where
/// the process may open no more files it waits instead of turning in circles.
/// </summary>
internal sealed class FrontListener(Socket socket, FrontTransport transport, bool isTls) : IConnectionListener
{
    // After so many without a wait the thread that polls the sockets is left: everybody else waits for it.
    private const int MaxAcceptsInTurn = 16;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private int _inTurn;
    private volatile bool _isUnbound;

    /// <inheritdoc/>
    public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (!_isUnbound)
        {
            if (++_inTurn >= MaxAcceptsInTurn)
            {
                _inTurn = 0;
                await Task.Yield();
            }

            Socket? accepted = await TryAcceptAsync(cancellationToken);
            if (accepted is null)
                continue;
            EndPoint? remote = RemoteOf(accepted);
            if (transport.Ledger.TryConnect(remote, out LimitRule? refused) is not { } client)
            {
                Refuse(accepted, refused!);
                continue;
            }

            return new SocketConnection(accepted, EndPoint, remote, client, transport);
        }

        return null;
    }

    /// <inheritdoc/>
    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _isUnbound = true;
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => UnbindAsync(CancellationToken.None);

    private static EndPoint? RemoteOf(Socket accepted)
    {
        try
        {
            return accepted.RemoteEndPoint;
        }
        catch (SocketException)
        {
            // Gone already; the first receive says so.
            return null;
        }
    }

    private async ValueTask<Socket?> TryAcceptAsync(CancellationToken cancellation)
    {
        try
        {
            Socket accepted = await socket.AcceptAsync(cancellation);
            accepted.Blocking = false;
            if (accepted.AddressFamily != AddressFamily.Unix)
                accepted.NoDelay = true;
            return accepted;
        }
        catch (Exception e) when (_isUnbound && e is ObjectDisposedException or SocketException)
        {
            return null;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TooManyOpenSockets
            or SocketError.NoBufferSpaceAvailable)
        {
            await Task.Delay(s_pause, CancellationToken.None);
            return null;
        }
        catch (SocketException)
        {
            // It was reset while it waited to be accepted.
            return null;
        }
    }

    private void Refuse(Socket accepted, LimitRule rule)
    {
        using (accepted)
        {
            // Before the handshake of TLS there is no way to say anything.
            if (isTls)
                return;
            byte[] answer = RefusalText.Of(rule, transport.Ledger.Message(rule));
            accepted.Send(answer, SocketFlags.None, out SocketError error);
            if (error == SocketError.Success)
                accepted.Shutdown(SocketShutdown.Send);
        }
    }
}
