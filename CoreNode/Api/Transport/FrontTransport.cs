using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using CoreNode.Api.Limits;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace CoreNode.Api.Transport;

/// <summary>
/// Kestrel's way to sockets. Its own one accepts without asking, reads ahead as much as the longest head, holds a block
/// for every idle connection and never gives memory back.
/// </summary>
internal sealed class FrontTransport(ApiLimits limits, ClientLedger ledger, Func<EndPoint, bool> isTls)
    : IConnectionListenerFactory, IDisposable
{
    private const int Backlog = 1024;
    private const int SendBufferBytes = 256 << 10;

    // etcd's listener probes silent clients every 30 s, so that a watch of a dead machine ends.
    private const int KeepAliveSeconds = 30;

    private const int MaxSendersKept = 64;

    // Bytes that nobody has looked at yet. A head may be longer: it is looked at while it grows.
    private const int MaxReadAhead = 64 << 10;

    private readonly ConcurrentQueue<SocketOperation> _senders = new();
    private PipeOptions? _inputOptions;

    /// <summary>Longest head of a request.</summary>
    public int MaxHeadBytes => limits.MaxHeaderBytes;

    /// <summary>Who uses how much.</summary>
    public ClientLedger Ledger => ledger;

    /// <summary>Those whose clients do not take what they are sent.</summary>
    public SlowReaders SlowReaders { get; } = new(limits);

    /// <summary>Blocks for what is received.</summary>
    public BlockPool Blocks { get; } = new();

    /// <summary>How all connections hold what is received.</summary>
    public PipeOptions InputOptions => _inputOptions ??= new PipeOptions(
        Blocks, PipeScheduler.Inline, PipeScheduler.Inline, MaxReadAhead, MaxReadAhead / 2, BlockPool.BlockBytes,
        useSynchronizationContext: false);

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        Socket socket = Bound(endpoint);
        try
        {
            if (endpoint is IPEndPoint)
            {
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveSeconds);
            }

            // Else the kernel keeps megabytes for each client that does not read.
            socket.SendBufferSize = SendBufferBytes;
            socket.Listen(Backlog);
            return ValueTask.FromResult<IConnectionListener>(new FrontListener(socket, this, isTls(endpoint)));
        }
        catch (Exception)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>For a send that waits; few do, so connections own none.</summary>
    public SocketOperation RentSender() =>
        _senders.TryDequeue(out SocketOperation? kept) ? kept : new SocketOperation();

    /// <summary>Gives it back.</summary>
    public void Return(SocketOperation sender)
    {
        sender.SetBuffer(Memory<byte>.Empty);
        if (_senders.Count < MaxSendersKept)
            _senders.Enqueue(sender);
        else
            sender.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SocketOperation sender in _senders)
            sender.Dispose();
        Blocks.Dispose();
        SlowReaders.Dispose();
    }

    // Kestrel knows this exception, and names the address.
    private static Socket Bound(EndPoint endpoint)
    {
        try
        {
            return SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(e.Message, e);
        }
    }
}
