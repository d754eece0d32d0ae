using System.Buffers;
using CoreNode.Cluster.Peers;
using CoreNode.Raft;

namespace CoreNode.Api.Peers;

/// <summary>
/// The sending end of one connection. The loop's thread encodes messages one behind the other into a chunk; once a
/// round, if no send is running, it begins one on its own thread, which goes on until nothing waits. So one round is
/// one system call, and what gathers while the kernel takes no more goes out in as few.
/// </summary>
internal sealed class OutboundConnection : IDisposable
{
    private const int ChunkBytes = 64 << 10;

    private readonly PeerLink _link;
    private readonly PeerContext _context;

    // _waiting, _open, _openLength, _isSending, _isEnding, _pump; encoding a small message is done under it.
    private readonly Lock _gate = new();
    private readonly Queue<ArraySegment<byte>> _waiting = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _pump = Task.CompletedTask;
    private byte[]? _open;
    private int _openLength;
    private bool _isSending;
    private bool _isEnding;
    private long _queuedBytes;
    private int _isDisposed;

    public OutboundConnection(PeerLink link, PeerContext context)
    {
        _link = link;
        _context = context;
        context.Metrics.CountOutbound(1);
    }

    /// <summary>Bytes that were queued and that the kernel has not taken yet.</summary>
    public long QueuedBytes => Interlocked.Read(ref _queuedBytes);

    /// <summary>Queues one message of Raft, of that length when encoded. The loop's thread.</summary>
    public void Append(RaftMessage message, int length)
    {
        if (length > ChunkBytes - PeerFrame.Overhead)
        {
            byte[] large = ArrayPool<byte>.Shared.Rent(length + PeerFrame.Overhead);
            Encode(message, large.AsSpan(0, length + PeerFrame.Overhead));
            Queue(large, length + PeerFrame.Overhead);
            return;
        }

        lock (_gate)
            Encode(message, Reserve(length + PeerFrame.Overhead));
    }

    /// <summary>Queues another message, likewise.</summary>
    public void Append(PeerMessage message, int length)
    {
        if (length > ChunkBytes - PeerFrame.Overhead)
        {
            byte[] large = ArrayPool<byte>.Shared.Rent(length + PeerFrame.Overhead);
            Encode(message, large.AsSpan(0, length + PeerFrame.Overhead));
            Queue(large, length + PeerFrame.Overhead);
            return;
        }

        lock (_gate)
            Encode(message, Reserve(length + PeerFrame.Overhead));
    }

    /// <summary>Sends what is queued. The loop's thread; returns when the kernel has it or takes no more.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (_isSending || _isEnding || (_waiting.Count == 0 && _openLength == 0))
                return;
            _isSending = true;
        }

        Task pump = PumpAsync().AsTask();
        if (pump.IsCompletedSuccessfully)
            return;
        lock (_gate)
            _pump = pump;
    }

    /// <summary>
    /// Ends after what is queued has been sent, or after that time; then the other side sees the end.
    /// </summary>
    public async Task EndAsync(TimeSpan patience)
    {
        Flush();
        lock (_gate)
        {
            _isEnding = true;
            if (!_isSending)
                _drained.TrySetResult();
        }

        try
        {
            await _drained.Task.WaitAsync(patience, _context.Time);
        }
        catch (TimeoutException)
        {
            // The rest is lost, as every message may be.
        }

        _link.EndSending();
        Dispose();
        Task pump;
        lock (_gate)
            pump = _pump;
        await pump;
    }

    /// <summary>Closes at once; whoever reads from the connection finds it closed.</summary>
    public void Dispose()
    {
        _link.Dispose();
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            _context.Metrics.CountOutbound(-1);
    }

    private static void Encode(RaftMessage message, Span<byte> frame)
    {
        RaftMessageCodec.Write(message, PeerFrame.Begin(frame, FrameType.RaftMessage));
        PeerFrame.Seal(frame);
    }

    private static void Encode(PeerMessage message, Span<byte> frame)
    {
        PeerMessageCodec.Write(message, PeerFrame.Begin(frame, PeerMessageCodec.TypeOf(message)));
        PeerFrame.Seal(frame);
    }

    // Under the gate.
    private Span<byte> Reserve(int length)
    {
        if (_open is not null && ChunkBytes - _openLength < length)
            CloseChunk();
        _open ??= ArrayPool<byte>.Shared.Rent(ChunkBytes);
        Span<byte> frame = _open.AsSpan(_openLength, length);
        _openLength += length;
        Interlocked.Add(ref _queuedBytes, length);
        return frame;
    }

    private void Queue(byte[] chunk, int length)
    {
        lock (_gate)
        {
            CloseChunk();
            _waiting.Enqueue(new ArraySegment<byte>(chunk, 0, length));
            Interlocked.Add(ref _queuedBytes, length);
        }
    }

    // Under the gate.
    private void CloseChunk()
    {
        if (_open is not null)
            _waiting.Enqueue(new ArraySegment<byte>(_open, 0, _openLength));
        _open = null;
        _openLength = 0;
    }

    // Runs on the thread that flushes while the kernel takes everything, then on the one that polls the sockets.
    private async ValueTask PumpAsync()
    {
        try
        {
            while (TryTake(out ArraySegment<byte> chunk))
            {
                await _link.SendAsync(chunk, CancellationToken.None);
                _context.Metrics.SentBytes.Add(chunk.Count);
                Interlocked.Add(ref _queuedBytes, -chunk.Count);
                ArrayPool<byte>.Shared.Return(chunk.Array!);
            }
        }
        catch (Exception e) when (PeerFaults.IsOutside(e))
        {
            // Sending stays marked as running: nothing is sent any more. The reader reports the loss.
            Dispose();
            _drained.TrySetResult();
        }
    }

    private bool TryTake(out ArraySegment<byte> chunk)
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
                CloseChunk();
            if (_waiting.TryDequeue(out chunk))
                return true;
            _isSending = false;
            if (_isEnding)
                _drained.TrySetResult();
            return false;
        }
    }
}
