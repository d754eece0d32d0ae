using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;
using CoreNode.Api.Transport;

namespace CoreNode.Api;

/// <summary>
/// The connection's input with its request lines corrected: Kestrel refuses a target that has <c>%00</c> in its path or
/// a raw byte above 0x7F, both of which are legal key bytes for etcd (curl sends raw UTF-8). Of such a request line the
/// target is kept in <see cref="OriginalTarget"/>, and the bytes that Kestrel would refuse are overwritten in place. A
/// target that Go refuses (a bad escape, a control character) gets HTTP/1.0, because Go's answer to it ends with the
/// connection and Kestrel writes that form for 1.0 only. Nothing but a request line is ever looked at:
/// <see cref="ExpectRequestLine"/> says when the next bytes are one, and it is called only after the body before it was
/// read to its end, so a body never changes.
/// </summary>
internal sealed class RequestLineReader(PipeReader inner, SocketConnection? socket = null)
    : PipeReader, IValueTaskSource<ReadResult>
{
    private const byte Filler = (byte)'x';

    // From here on an unfinished head is accounted for, and not looked at again before it has another line.
    private const int LongHeadBytes = 16 << 10;

    // Without one of these a request line needs no second look.
    private static readonly SearchValues<byte> s_special = SearchValues.Create(SpecialBytes());

    private bool _atRequestLine = true;
    private bool _isInHead = true;
    private ReadOnlySequence<byte> _last;
    private long _unfinished;
    private ValueTask<ReadResult> _pending;
    private Action? _resume;
    private Action<object?>? _continuation;
    private object? _state;

    /// <summary>The target as it was sent, if this request's was overwritten.</summary>
    public byte[]? OriginalTarget { get; private set; }

    /// <summary>The next byte to be read is the first of a request line (or an empty line before it).</summary>
    public void ExpectRequestLine()
    {
        _atRequestLine = true;
        _isInHead = true;
        OriginalTarget = null;
    }

    /// <summary>A whole head was read: what follows is a body, or the next request's.</summary>
    public void EndHead()
    {
        _isInHead = false;
        if (_unfinished == 0)
            return;

        // What was kept beyond that head belongs to requests that were sent ahead.
        _unfinished = 0;
        socket?.HoldHead(0);
    }

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ValueTask<ReadResult> read = _unfinished > 0 && _isInHead
            ? ReadLineAsync(_unfinished, cancellationToken) : inner.ReadAsync(cancellationToken);
        if (!_atRequestLine && !_isInHead)
            return read;
        if (read.IsCompletedSuccessfully)
        {
            ReadResult result = read.Result;
            Note(result.Buffer);
            return new ValueTask<ReadResult>(result);
        }

        // Kestrel awaits one read at a time, so this object can stand for the pending one: no allocation a request.
        _pending = read;
        return new ValueTask<ReadResult>(this, 0);
    }

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result))
            return false;
        Note(result.Buffer);
        return true;
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed)
    {
        Account(consumed);
        inner.AdvanceTo(consumed);
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        Account(consumed);
        inner.AdvanceTo(consumed, examined);
    }

    /// <inheritdoc/>
    public override void CancelPendingRead() => inner.CancelPendingRead();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    /// <inheritdoc/>
    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token)
    {
        ValueTask<ReadResult> read = _pending;
        _pending = default;
        ReadResult result = read.GetAwaiter().GetResult();
        Note(result.Buffer);
        return result;
    }

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) =>
        !_pending.IsCompleted ? ValueTaskSourceStatus.Pending
        : _pending.IsCompletedSuccessfully ? ValueTaskSourceStatus.Succeeded
        : _pending.IsCanceled ? ValueTaskSourceStatus.Canceled
        : ValueTaskSourceStatus.Faulted;

    void IValueTaskSource<ReadResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        _continuation = continuation;
        _state = state;
        _pending.GetAwaiter().UnsafeOnCompleted(_resume ??= Resume);
    }

    private void Resume()
    {
        Action<object?> continuation = _continuation!;
        object? state = _state;
        _continuation = null;
        _state = null;
        continuation(state);
    }

    private void Note(in ReadOnlySequence<byte> buffer)
    {
        if (_atRequestLine)
            Inspect(buffer);
        _last = _isInHead && buffer.Length > LongHeadBytes ? buffer : default;
    }

    // Kestrel reads an unfinished line from its beginning each time: a client that sends a long one byte by byte would
    // keep the thread of all sockets busy.
    private async ValueTask<ReadResult> ReadLineAsync(long known, CancellationToken cancellation)
    {
        while (true)
        {
            ReadResult read = await inner.ReadAsync(cancellation);
            ReadOnlySequence<byte> buffer = read.Buffer;
            if (read.IsCanceled || read.IsCompleted || buffer.Length > (socket?.MaxHeadBytes ?? 0)
                || buffer.Slice(known).PositionOf((byte)'\n') is not null)
            {
                return read;
            }

            known = buffer.Length;
            if (socket?.HoldHead(known) == false)
                return read;
            inner.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private void Account(SequencePosition consumed)
    {
        if (_last.IsEmpty && _unfinished == 0)
            return;
        long left = _last.IsEmpty ? 0 : _last.Slice(consumed).Length;
        _last = default;
        _unfinished = _isInHead && left > LongHeadBytes ? left : 0;
        socket?.HoldHead(_unfinished);
    }

    private void Inspect(in ReadOnlySequence<byte> buffer)
    {
        ReadOnlySpan<byte> line = buffer.FirstSpan;
        int start = line.IndexOfAnyExcept((byte)'\r', (byte)'\n');
        int end = start < 0 ? -1 : line[start..].IndexOf((byte)'\n');
        if (end < 0)
        {
            InspectSegments(buffer);
            return;
        }

        _atRequestLine = false;
        if (line.Slice(start, end).TrimEnd((byte)'\r').ContainsAny(s_special))
            Correct(buffer.Slice(start, end));
    }

    // The line is not complete, or spread over several blocks.
    private void InspectSegments(in ReadOnlySequence<byte> buffer)
    {
        SequenceReader<byte> reader = new(buffer);
        reader.AdvancePastAny((byte)'\r', (byte)'\n');
        if (!reader.TryReadTo(out ReadOnlySequence<byte> line, (byte)'\n'))
            return;
        _atRequestLine = false;
        Correct(line);
    }

    private void Correct(in ReadOnlySequence<byte> sequence)
    {
        byte[] line = sequence.ToArray();
        int start = line.AsSpan().IndexOf((byte)' ') + 1;
        int end = line.AsSpan().LastIndexOf((byte)' ');
        if (start == 0 || end <= start)
            return;
        byte[] original = line[start..end];
        bool isRefused = !RequestTarget.TryParse(original, RequestScratch.Current, out _);
        if (isRefused && line.AsSpan(end).IndexOf(" HTTP/1.1"u8) == 0)
            line[end + 8] = (byte)'0';
        if (!Overwrite(line.AsSpan(start, end - start)) && !isRefused)
            return;
        OriginalTarget = original;
        int from = 0;
        foreach (ReadOnlyMemory<byte> segment in sequence)
        {
            // Kestrel writes into these blocks too when it decodes a path: they belong to the reader until it advances.
            line.AsSpan(from, segment.Length).CopyTo(MemoryMarshal.AsMemory(segment).Span);
            from += segment.Length;
        }
    }

    private static bool Overwrite(Span<byte> target)
    {
        bool changed = false;
        for (int at; (at = target.IndexOf("%00"u8)) >= 0; changed = true)
            target.Slice(at, 3).Fill(Filler);
        for (int at; (at = target.IndexOfAnyExceptInRange((byte)1, (byte)0x7F)) >= 0; changed = true)
            target[at] = Filler;
        return changed;
    }

    private static byte[] SpecialBytes()
    {
        List<byte> special = [(byte)'%'];
        for (int b = 0; b <= 0xFF; b++)
        {
            if (b is < 0x20 or > 0x7E)
                special.Add((byte)b);
        }

        return [.. special];
    }
}
