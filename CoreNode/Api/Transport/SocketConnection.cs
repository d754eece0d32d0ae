using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using CoreNode.Api.Limits;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace CoreNode.Api.Transport;

/// <summary>
/// One accepted connection. What arrives is read ahead up to a bound, also while a request is being answered, because
/// only reading tells that a client has gone. Any thread may abort it.
/// </summary>
internal sealed class SocketConnection : ConnectionContext, IConnectionIdFeature, IConnectionTransportFeature,
    IConnectionItemsFeature, IMemoryPoolFeature, IConnectionLifetimeFeature, IConnectionEndPointFeature,
    IConnectionSocketFeature, IDuplexPipe
{
    // Blocks in one go from a client that sends faster than it is read; then the others have their turn.
    private const int MaxBlocksInTurn = 16;

    private static long s_lastId;

    private readonly FrontTransport _transport;
    private readonly Pipe _input;
    private readonly SocketWriter _output;
    private readonly SocketOperation _receive = new();
    private readonly CancellationTokenSource _closed = new();
    private ConnectionFeatures? _features;
    private IDictionary<object, object?>? _items;
    private string? _id;
    private Task _receiving = Task.CompletedTask;
    private Exception? _abortReason;
    private int _isCut;
    private bool _expectsSilence;
    private long _headBytes;

    /// <summary>Takes over an accepted socket; <see cref="Start"/> begins to read.</summary>
    public SocketConnection(
        Socket socket, EndPoint local, EndPoint? remote, ClientUse client, FrontTransport transport)
    {
        Socket = socket;
        Client = client;
        _transport = transport;
        _input = new Pipe(transport.InputOptions);
        _output = new SocketWriter(this, socket, transport);
        Transport = this;
        RemoteEndPoint = remote;
        LocalEndPoint = local;
        ConnectionClosed = _closed.Token;
    }

    /// <summary>The account of who is on the other side.</summary>
    public ClientUse Client { get; }

    /// <summary>Longest head of a request.</summary>
    public int MaxHeadBytes => _transport.MaxHeadBytes;

    /// <summary>Changes each time that the connection had to wait for its client.</summary>
    public int Turn { get; private set; }

    /// <inheritdoc/>
    public Socket Socket { get; }

    /// <inheritdoc/>
    public override string ConnectionId
    {
        get => _id ??= Interlocked.Increment(ref s_lastId).ToString(System.Globalization.CultureInfo.InvariantCulture);
        set => _id = value;
    }

    /// <inheritdoc/>
    public override IFeatureCollection Features => _features ??= new ConnectionFeatures(this);

    /// <inheritdoc/>
    public override IDictionary<object, object?> Items
    {
        get => _items ??= new ConnectionItems();
        set => _items = value;
    }

    /// <inheritdoc/>
    public override IDuplexPipe Transport { get; set; }

    /// <inheritdoc/>
    public override CancellationToken ConnectionClosed { get; set; }

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint { get; set; }

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint { get; set; }

    /// <inheritdoc/>
    public MemoryPool<byte> MemoryPool => _transport.Blocks;

    PipeReader IDuplexPipe.Input => _input.Reader;

    PipeWriter IDuplexPipe.Output => _output;

    /// <summary>Begins to read.</summary>
    public void Start() => _receiving = ReceiveAsync().AsTask();

    /// <summary>
    /// The client is not expected to send anything for long: until it does, no memory is kept ready for it.
    /// </summary>
    public void ExpectSilence() => _expectsSilence = true;

    /// <summary>
    /// So many bytes are an unfinished head that is kept. If that is too much beside the others the connection is cut,
    /// and the answer is false: nobody could be told, in the middle of a request.
    /// </summary>
    public bool HoldHead(long bytes)
    {
        if (bytes > _headBytes && _isCut != 0)
            return false;

        // Of two connections that meet the limit at once the first is cut, and the second has room then.
        bool isTaken;
        lock (Client)
        {
            isTaken = bytes <= _headBytes || Client.TryTake(Resource.Head, bytes - _headBytes) is null;
            long kept = isTaken ? bytes : 0;
            if (kept < _headBytes)
                Client.Release(Resource.Head, _headBytes - kept);
            _headBytes = kept;
        }

        if (!isTaken)
            Cut();
        return isTaken;
    }

    /// <summary>Closes the socket; whoever waits on it is told.</summary>
    public void Cut()
    {
        if (Interlocked.Exchange(ref _isCut, 1) != 0)
            return;
        try
        {
            Socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The client was faster.
        }

        Socket.Dispose();
    }

    /// <inheritdoc/>
    public override void Abort(ConnectionAbortedException abortReason)
    {
        _abortReason ??= abortReason;
        Cut();
    }

    /// <inheritdoc/>
    public override void Abort() => Abort(new ConnectionAbortedException());

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        _input.Reader.Complete();
        _output.Complete();
        Cut();
        await _receiving;
        HoldHead(0);
        _receive.Dispose();
        _closed.Dispose();
        _transport.Ledger.Disconnected(Client);
        await base.DisposeAsync();
    }

    // One method for all of it: each level would keep a frame of its own for every idle connection.
    private async ValueTask ReceiveAsync()
    {
        Exception? end = null;
        int inTurn = 0;
        try
        {
            while (true)
            {
                SocketError error;
                if (_expectsSilence)
                {
                    error = await _receive.ReceiveAsync(Socket, Memory<byte>.Empty);
                    _expectsSilence = false;
                    Turn++;
                    if (error == SocketError.Success)
                        continue;
                    end = Fault(error);
                    break;
                }

                ValueTask<SocketError> receiving =
                    _receive.ReceiveAsync(Socket, _input.Writer.GetMemory(BlockPool.BlockBytes / 2));
                bool isMore = receiving.IsCompleted;
                error = await receiving;
                if (error != SocketError.Success)
                    end = Fault(error);
                if (error != SocketError.Success || _receive.BytesTransferred == 0)
                    break;
                _input.Writer.Advance(_receive.BytesTransferred);
                if (!isMore)
                    Turn++;
                inTurn = isMore ? inTurn + 1 : 0;
                if (inTurn == MaxBlocksInTurn)
                {
                    inTurn = 0;
                    await Task.Yield();
                }

                FlushResult taken = await _input.Writer.FlushAsync();
                if (taken.IsCompleted)
                    break;
            }
        }
        catch (ObjectDisposedException)
        {
            end = _abortReason ?? new ConnectionAbortedException();
        }
        finally
        {
            _input.Writer.Complete(end);
            _closed.Cancel();
        }
    }

    private Exception Fault(SocketError error) =>
        _abortReason ?? (error is SocketError.OperationAborted or SocketError.Interrupted
            ? new ConnectionAbortedException()
            : new ConnectionResetException($"the client ended the connection: {error}"));
}
