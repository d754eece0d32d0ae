using System.Buffers;
using System.IO.Pipelines;
using CoreNode.Platform.Tls;

namespace CoreNode.Api;

/// <summary>
/// The encrypted output of a connection: what gathers between two flushes becomes as few records as it can, straight
/// into the memory that the socket sends from. Holds no memory between flushes. One owner at a time, as every writer.
/// </summary>
internal sealed class TlsPipeWriter(PipeWriter inner, TlsSession session) : PipeWriter
{
    // One whole record.
    private const int BufferBytes = 16 << 10;

    private byte[]? _buffer;
    private int _length;
    private bool _isFailed;

    /// <inheritdoc/>
    public override bool CanGetUnflushedBytes => true;

    /// <inheritdoc/>
    public override long UnflushedBytes => _length + (inner.CanGetUnflushedBytes ? inner.UnflushedBytes : 0);

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        sizeHint = Math.Max(sizeHint, 1);
        if (_buffer is not null && _buffer.Length - _length < sizeHint)
            Encrypt();
        _buffer ??= ArrayPool<byte>.Shared.Rent(Math.Max(sizeHint, BufferBytes));
        return _buffer.AsMemory(_length);
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc/>
    public override void Advance(int bytes) => _length += bytes;

    /// <inheritdoc/>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        Encrypt();
        return _isFailed
            ? new ValueTask<FlushResult>(new FlushResult(false, true))
            : inner.FlushAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        if (exception is null)
            Encrypt();
        Return();
        // The inner one has still to take the end of the connection; its owner completes it.
    }

    /// <summary>Moves what the session wants to send to the inner pipe; true if there was anything.</summary>
    public static bool Move(TlsSession session, PipeWriter inner)
    {
        int waiting = session.Waiting;
        if (waiting == 0)
            return false;
        while (waiting > 0)
        {
            int count = session.Take(inner.GetSpan(waiting)[..waiting]);
            inner.Advance(count);
            waiting -= count > 0 ? count : waiting;
        }

        return true;
    }

    private void Encrypt()
    {
        if (_length > 0 && !_isFailed)
        {
            try
            {
                Span<byte> target = inner.GetSpan(TlsSession.EncryptedLength(_length));
                int count = session.Encrypt(_buffer.AsSpan(0, _length), target);
                inner.Advance(count);
                if (count == target.Length)
                    Move(session, inner);
            }
            catch (Exception e) when (e is TlsFailureException or ObjectDisposedException)
            {
                // As with a socket that is gone: the writer is told that nobody reads.
                _isFailed = true;
            }
        }

        Return();
    }

    private void Return()
    {
        if (_buffer is not null)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
        _length = 0;
    }
}
