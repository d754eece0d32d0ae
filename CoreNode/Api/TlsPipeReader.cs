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
            DecryptAll();
        }

        return _decrypted.Reader.TryRead(out result);
    }

    // Null if more is needed.
    private ReadResult? Decrypt(in ReadResult encrypted)
    {
        foreach (ReadOnlyMemory<byte> part in encrypted.Buffer)
            session.Put(part.Span);
        inner.AdvanceTo(encrypted.Buffer.End);
        DecryptAll();
        if (encrypted.IsCompleted)
            End(null);
        bool isThere = _decrypted.Reader.TryRead(out ReadResult result);
        if (!encrypted.IsCanceled)
            return isThere ? result : null;
        return isThere
            ? new ReadResult(result.Buffer, true, result.IsCompleted)
            : new ReadResult(ReadOnlySequence<byte>.Empty, true, false);
    }

    private void DecryptAll()
    {
        PipeWriter writer = _decrypted.Writer;
        bool hasWritten = false;
        try
        {
            while (!_isEnded && session.HasInput)
            {
                int count = Fill(writer, ref hasWritten);
                if (count < 0)
                    End(null);
            }
        }
        catch (TlsFailureException e)
        {
            End(new IOException(e.Message, e));
        }

        if (hasWritten && !_isEnded)
            Flush(writer);
    }

    // Everything that one record holds; what the library says last.
    private int Fill(PipeWriter writer, ref bool hasWritten)
    {
        while (true)
        {
            Span<byte> target = writer.GetSpan(BlockBytes);
            int count = session.Read(target);
            if (count <= 0)
                return count;
            writer.Advance(count);
            hasWritten = true;
            if (count < target.Length && !session.HasInput)
                return count;
        }
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
