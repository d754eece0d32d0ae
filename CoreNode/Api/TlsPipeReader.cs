using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using CoreNode.Platform.Tls;

namespace CoreNode.Api;

/// <summary>
/// The decrypted input of a connection. Nothing runs beside its reader: whoever reads decrypts, on the thread that the
/// bytes arrived on. One owner.
/// </summary>
internal sealed class TlsPipeReader(PipeReader inner, TlsSession session) : PipeReader
{
    private const int BlockBytes = 4096;

    // Without a limit: as much as the inner pipe hands out at once is the most that is ever added.
    private static readonly PipeOptions s_options = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 0,
        useSynchronizationContext: false);

    private readonly Pipe _decrypted = new(s_options);
    private bool _mayHoldInput = true; // what came behind the handshake
    private bool _isEnded;

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (TryTake(out ReadResult ready))
            return new ValueTask<ReadResult>(ready);
        ValueTask<ReadResult> read = inner.ReadAsync(cancellationToken);
        while (read.IsCompletedSuccessfully)
        {
            if (Decrypt(read.Result) is { } result)
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
            if (Decrypt(encrypted) is not { } decrypted)
                continue;
            result = decrypted;
            return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => _decrypted.Reader.AdvanceTo(consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) =>
        _decrypted.Reader.AdvanceTo(consumed, examined);

    /// <inheritdoc/>
    public override void CancelPendingRead() => inner.CancelPendingRead();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        _decrypted.Reader.Complete(exception);
        inner.Complete(exception);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> ReadSlowlyAsync(
        ValueTask<ReadResult> read, CancellationToken cancellation)
    {
        while (true)
        {
            if (Decrypt(await read) is { } result)
                return result;
            read = inner.ReadAsync(cancellation);
        }
    }

    private bool TryTake(out ReadResult result)
    {
        if (_mayHoldInput)
        {
            _mayHoldInput = false;
            Decrypt(ReadOnlySpan<byte>.Empty);
        }

        return _decrypted.Reader.TryRead(out result);
    }

    // Null if more is needed.
    private ReadResult? Decrypt(in ReadResult encrypted)
    {
        if (encrypted.Buffer.IsSingleSegment)
            Decrypt(encrypted.Buffer.FirstSpan);
        else
        {
            foreach (ReadOnlyMemory<byte> part in encrypted.Buffer)
                Decrypt(part.Span);
        }

        inner.AdvanceTo(encrypted.Buffer.End);
        if (encrypted.IsCompleted)
            End(null);
        bool isThere = _decrypted.Reader.TryRead(out ReadResult result);
        if (!encrypted.IsCanceled)
            return isThere ? result : null;
        return isThere
            ? new ReadResult(result.Buffer, true, result.IsCompleted)
            : new ReadResult(ReadOnlySequence<byte>.Empty, true, false);
    }

    private void Decrypt(ReadOnlySpan<byte> bytes)
    {
        if (_isEnded)
            return;
        PipeWriter writer = _decrypted.Writer;
        bool hasMore = true;
        bool hasWritten = false;
        int count = 0;
        try
        {
            while (hasMore)
            {
                count = session.Decrypt(bytes, writer.GetSpan(BlockBytes), out hasMore);
                bytes = default;
                if (count <= 0)
                    break;
                writer.Advance(count);
                hasWritten = true;
            }
        }
        catch (TlsFailureException e)
        {
            End(new IOException(e.Message, e));
            return;
        }

        if (hasWritten)
            Flush(writer);
        if (count < 0)
            End(null);
    }

    private static void Flush(PipeWriter writer)
    {
        ValueTask<FlushResult> flush = writer.FlushAsync(CancellationToken.None);
        if (!flush.IsCompleted)
            throw new InvalidOperationException("a pipe without limit waits");
        flush.GetAwaiter().GetResult();
    }

    private void End(Exception? fault)
    {
        if (_isEnded)
            return;
        _isEnded = true;
        _decrypted.Writer.Complete(fault);
    }
}
