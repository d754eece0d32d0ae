using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace CoreNode.Api.Transport;

/// <summary>
/// The sending half of a connection: a flush gives everything to the kernel, and waits while the kernel takes no more.
/// There is no queue between, so who reads slowly holds up its own answer and nothing else, and an idle connection
/// holds no memory. One caller at a time, except <see cref="Complete"/>.
/// </summary>
internal sealed class SocketWriter(SocketConnection connection, Socket socket, FrontTransport transport) : PipeWriter
{
    private const int LeastBytes = 4096;
    private const int LeastRoom = 256;

    private byte[] _buffer = [];
    private int _count;
    private bool _isEnded;

    /// <inheritdoc/>
    public override bool CanGetUnflushedBytes => true;

    /// <inheritdoc/>
    public override long UnflushedBytes => _count;

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(_count);
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsSpan(_count);
    }

    /// <inheritdoc/>
    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, _buffer.Length - _count);
        _count += bytes;
    }

    /// <inheritdoc/>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_count == 0 || _isEnded)
            return ValueTask.FromResult(new FlushResult(isCanceled: false, _isEnded));
        int sent;
        try
        {
            sent = socket.Send(_buffer.AsSpan(0, _count), SocketFlags.None, out SocketError error);
            if (error is not (SocketError.Success or SocketError.WouldBlock))
                return ValueTask.FromResult(Fail());
        }
        catch (ObjectDisposedException)
        {
            return ValueTask.FromResult(Fail());
        }

        if (sent < _count)
            return SendRestAsync(Math.Max(sent, 0));
        Empty();
        return ValueTask.FromResult(new FlushResult(isCanceled: false, isCompleted: false));
    }

    /// <summary>Nobody waits for a flush but for its end: an aborted connection ends it.</summary>
    public override void CancelPendingFlush()
    {
    }

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null) => _isEnded = true;

    private async ValueTask<FlushResult> SendRestAsync(int sent)
    {
        SocketOperation operation = transport.RentSender();
        transport.SlowReaders.Add(connection, _count - sent);
        try
        {
            while (sent < _count)
            {
                SocketError error = await operation.SendAsync(socket, _buffer.AsMemory(sent, _count - sent));
                if (error != SocketError.Success)
                    return Fail();
                sent += operation.BytesTransferred;
            }
        }
        catch (ObjectDisposedException)
        {
            return Fail();
        }
        finally
        {
            transport.SlowReaders.Remove(connection);
            transport.Return(operation);
        }

        Empty();
        return new FlushResult(isCanceled: false, _isEnded);
    }

    private FlushResult Fail()
    {
        _isEnded = true;
        Empty();
        connection.Cut();
        return new FlushResult(isCanceled: false, isCompleted: true);
    }

    private void Empty()
    {
        _count = 0;
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void Reserve(int sizeHint)
    {
        int needed = Math.Max(sizeHint, LeastRoom);
        if (_buffer.Length - _count >= needed)
            return;
        int length = Math.Max(_buffer.Length * 2, _count + needed);
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(LeastBytes, length));
        _buffer.AsSpan(0, _count).CopyTo(larger);
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
