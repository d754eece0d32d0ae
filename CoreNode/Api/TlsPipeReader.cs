using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using CoreNode.Platform.Tls;

namespace CoreNode.Api;

/// <summary>
/// The decrypted input of a connection. Nothing runs beside its reader: whoever reads decrypts, on the thread that the
/// bytes arrived on, into one buffer that is given back while nothing waits in it. One owner.
/// </summary>
internal sealed class TlsPipeReader(PipeReader inner, TlsSession session) : PipeReader
{
    private const int BlockBytes = 4096;

    private byte[]? _buffer;
    private int _start;
    private int _end;
    private int _examined;
    private bool _mayHoldInput = true; // what came behind the handshake
    private bool _isEnded;
    private IOException? _fault;

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (TryTake(out ReadResult ready))
            return new ValueTask<ReadResult>(ready);
        GiveBack();
        ValueTask<ReadResult> read = inner.ReadAsync(cancellationToken);
        while (read.IsCompletedSuccessfully)
        {
            if (TryDecrypt(read.Result, out ReadResult result))
                return new ValueTask<ReadResult>(result);
            read = inner.ReadAsync(cancellationToken);
        }

        return ReadSlowlyAsync(read, cancellationToken);
    }

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        if (TryTake(out result))
            return true;
        while (inner.TryRead(out ReadResult encrypted))
        {
            if (TryDecrypt(encrypted, out result))
                return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        // Positions of an empty result are nowhere.
        if (_buffer is null || !ReferenceEquals(consumed.GetObject(), _buffer))
            return;
        _start = consumed.GetInteger();
        _examined = Math.Max(_start, examined.GetInteger());
    }

    /// <inheritdoc/>
    public override void CancelPendingRead() => inner.CancelPendingRead();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        _start = _end;
        _isEnded = true;
        GiveBack();
        inner.Complete(exception);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> ReadSlowlyAsync(
        ValueTask<ReadResult> read, CancellationToken cancellation)
    {
        while (true)
        {
            if (TryDecrypt(await read, out ReadResult result))
                return result;
            read = inner.ReadAsync(cancellation);
        }
    }

    // What is there and was not looked at yet, or the end.
    private bool TryTake(out ReadResult result)
    {
        if (_mayHoldInput)
        {
            _mayHoldInput = false;
            Decrypt(ReadOnlySpan<byte>.Empty);
        }

        bool isThere = _examined < _end || _isEnded;
        if (isThere && _examined == _end && _fault is not null)
            throw _fault;
        result = isThere ? Result(isCanceled: false) : default;
        return isThere;
    }

    // False if more is needed.
    private bool TryDecrypt(in ReadResult encrypted, out ReadResult result)
    {
        ReadOnlySequence<byte> bytes = encrypted.Buffer;
        if (bytes.IsSingleSegment)
            Decrypt(bytes.FirstSpan);
        else
        {
            foreach (ReadOnlyMemory<byte> part in bytes)
                Decrypt(part.Span);
        }

        inner.AdvanceTo(bytes.End);
        _isEnded |= encrypted.IsCompleted;
        if (!encrypted.IsCanceled)
            return TryTake(out result);
        result = Result(isCanceled: true);
        return true;
    }

    private ReadResult Result(bool isCanceled) => new(
        _buffer is null
            ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(_buffer, _start, _end - _start),
        isCanceled, _isEnded && _fault is null);

    private void Decrypt(ReadOnlySpan<byte> bytes)
    {
        bool hasMore = !_isEnded;
        try
        {
            while (hasMore)
            {
                int count = session.Decrypt(bytes, Free(), out hasMore);
                bytes = default;
                _isEnded |= count < 0;
                if (count <= 0)
                    return;
                _end += count;
            }
        }
        catch (TlsFailureException e)
        {
            _isEnded = true;
            _fault = new IOException(e.Message, e);
        }
    }

    // Where the next bytes go. What is not consumed yet keeps its place at the front of a larger buffer.
    private Span<byte> Free()
    {
        if (_buffer is null)
            _buffer = ArrayPool<byte>.Shared.Rent(BlockBytes);
        else if (_buffer.Length - _end < BlockBytes / 2)
        {
            int length = _end - _start;
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(length + BlockBytes, checked(length * 2)));
            _buffer.AsSpan(_start, length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
            _examined -= _start;
            _start = 0;
            _end = length;
        }

        return _buffer.AsSpan(_end);
    }

    private void GiveBack()
    {
        if (_buffer is null || _start < _end)
            return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
        _start = 0;
        _end = 0;
        _examined = 0;
    }
}
