using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace CoreNode.Api.Relay;

/// <summary>
/// One connection to a member, used by one request at a time. A receive is always on its way, also while it is idle:
/// that is how a connection that the member closed is noticed before a request is sent on it, without a system call
/// more. One owner at a time; only <see cref="Expire"/> is called by others.
/// </summary>
internal sealed class UpstreamConnection : IDisposable
{
    private const long Expired = -1;
    private const int FirstBytes = 8 << 10;
    private const int StreamBytes = 32 << 10;

    // Go refuses request lines beyond 1 MiB, and a redirect repeats one.
    private const int MostHeadBytes = 2 << 20;

    private readonly Socket _socket;
    private readonly SslStream? _tls;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _start;
    private int _end;
    private ValueTask<int> _pending;
    private bool _isReceiving;
    private long _deadline;
    private int _isDisposed;

    /// <summary>Takes over a connected socket and begins to listen to it.</summary>
    public UpstreamConnection(Socket socket, SslStream? tls)
    {
        _socket = socket;
        _tls = tls;
    }

    /// <summary>True once it has served a request: from then on the member may close it at any time.</summary>
    public bool IsUsed { get; set; }

    /// <summary>Since when it is idle; the pool's.</summary>
    public long IdleSince { get; set; }

    /// <summary>What was received and not yet taken.</summary>
    public ReadOnlySpan<byte> Received => _buffer.AsSpan(_start, _end - _start);

    /// <summary>True if something has come, or the end, while nothing was asked.</summary>
    public bool HasNews => _isReceiving && _pending.IsCompleted;

    /// <summary>Begins to receive. Called before a request is sent and when the connection becomes idle.</summary>
    public void Listen()
    {
        if (_isReceiving)
            return;
#pragma warning disable CA2012 // One receive at a time is kept, and FillAsync awaits it once.
        try
        {
            _pending = ReceiveAsync(Room());
        }
        catch (ObjectDisposedException fault)
        {
            _pending = ValueTask.FromException<int>(fault);
        }
#pragma warning restore CA2012

        _isReceiving = true;
    }

    /// <summary>Waits for more bytes behind <see cref="Received"/>; false at the end.</summary>
    /// <exception cref="UpstreamException">The connection broke.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> FillAsync()
    {
        Listen();
        try
        {
            int count = await _pending;
            _end += count;
            return count > 0;
        }
        catch (Exception fault) when (UpstreamFaults.IsOutside(fault))
        {
            throw new UpstreamException(UpstreamFaults.Reason(fault), fault);
        }
        finally
        {
            _isReceiving = false;
        }
    }

    /// <summary>Waits until there is something to receive, without holding memory for it.</summary>
    /// <exception cref="UpstreamException">The connection broke.</exception>
    public async ValueTask WaitAsync()
    {
        if (_isReceiving || _end > _start)
            return;
        byte[] buffer = _buffer;
        _buffer = [];
        _start = 0;
        _end = 0;
        ArrayPool<byte>.Shared.Return(buffer);
        try
        {
            await ReceiveAsync(Memory<byte>.Empty);
        }
        catch (Exception fault) when (UpstreamFaults.IsOutside(fault))
        {
            throw new UpstreamException(UpstreamFaults.Reason(fault), fault);
        }
    }

    /// <summary>Takes the first bytes of <see cref="Received"/>.</summary>
    public void Take(int count)
    {
        _start += count;
        if (_start == _end && !_isReceiving)
            _start = _end = 0;
    }

    /// <summary>From now on larger pieces are received: for long answers.</summary>
    public void ExpectMuch()
    {
        if (!_isReceiving && _buffer.Length < StreamBytes)
            Grow(StreamBytes);
    }

    /// <summary>Sends all of it.</summary>
    /// <exception cref="UpstreamException">The connection broke.</exception>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            if (_tls is not null)
            {
                await _tls.WriteAsync(bytes);
                return;
            }

            while (!bytes.IsEmpty)
                bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None)..];
        }
        catch (Exception fault) when (UpstreamFaults.IsOutside(fault))
        {
            throw new UpstreamException(UpstreamFaults.Reason(fault), fault);
        }
    }

    /// <summary>Until when the next step has to be done, as a timestamp; 0 for ever.</summary>
    public void SetDeadline(long timestamp) => Volatile.Write(ref _deadline, timestamp);

    /// <summary>Lifts the deadline; false if it has passed and the connection is being cut.</summary>
    public bool TryLiftDeadline() => Interlocked.Exchange(ref _deadline, 0) != Expired;

    /// <summary>True once it was cut: nothing more can be done with it.</summary>
    public bool IsCut => Volatile.Read(ref _isDisposed) != 0;

    /// <summary>True if the deadline has passed.</summary>
    public bool IsExpired => Volatile.Read(ref _deadline) == Expired;

    /// <summary>Cuts the connection if its deadline has passed. Any thread.</summary>
    public void Expire(long now)
    {
        long deadline = Volatile.Read(ref _deadline);
        if (deadline > 0 && deadline < now
            && Interlocked.CompareExchange(ref _deadline, Expired, deadline) == deadline)
        {
            Cut();
        }
    }

    /// <summary>Ends whatever waits on it. Any thread.</summary>
    public void Cut()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            _socket.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Cut();

        // The buffer is left to the collector: a receive may still write into it.
        _tls?.Dispose();
    }

    private ValueTask<int> ReceiveAsync(Memory<byte> room) =>
        _tls is null ? _socket.ReceiveAsync(room, SocketFlags.None) : _tls.ReadAsync(room);

    private Memory<byte> Room()
    {
        if (_start == _end)
            _start = _end = 0;
        if (_buffer.Length == 0)
            _buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
        if (_end == _buffer.Length)
        {
            if (_start > 0)
            {
                Received.CopyTo(_buffer);
                _end -= _start;
                _start = 0;
            }
            else
            {
                Grow(_buffer.Length * 2);
            }
        }

        return _buffer.AsMemory(_end);
    }

    private void Grow(int length)
    {
        if (length > MostHeadBytes)
            throw new UpstreamException("the head of its answer is too long");
        byte[] larger = ArrayPool<byte>.Shared.Rent(length);
        Received.CopyTo(larger);
        _end -= _start;
        _start = 0;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
