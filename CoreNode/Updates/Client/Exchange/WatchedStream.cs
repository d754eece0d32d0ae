namespace CoreNode.Updates.Client.Exchange;

/// <summary>
/// The body of an answer as it comes: it must keep coming, and be as long as it should. Read by one reader at a time,
/// asynchronously only; what goes wrong is a <see cref="TransferException"/>.
/// </summary>
internal sealed class WatchedStream : Stream
{
    private readonly Stream _body;
    private readonly HttpResponseMessage _owner;
    private readonly Uri _at;
    private readonly TransferPurpose _purpose;
    private readonly TransferLimits _limits;
    private readonly TimeProvider _time;
    private readonly long? _expected;
    private long _windowBegan;
    private long _windowBytes;
    private long _total;

    /// <summary>Takes the answer over.</summary>
    public WatchedStream(
        ServerAnswer answer, Stream body, TransferPurpose purpose, TransferLimits limits, long? expected,
        TimeProvider time)
    {
        (_owner, _at, _body) = (answer.Response, answer.At, body);
        (_purpose, _limits, _expected, _time) = (purpose, limits, expected, time);
        _windowBegan = time.GetTimestamp();
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _total;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
            return 0;
        int count = await ReadOnceAsync(buffer, cancellationToken);
        _total += count;
        if (count == 0 && _total < _expected)
            throw Fault(TransferFaultKind.Broken, $"the answer ended after {_total} of {_expected} bytes");
        if (_total > _expected)
        {
            throw new TransferException(new TransferFault(
                TransferFaultKind.Size, TransferFaults.PayloadSize,
                $"{TransferFaults.Place(_purpose, _at)}: more than the {_expected} bytes that there should be"));
        }

        Watch(count);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _body.Dispose();
            _owner.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = new(_limits.SlowWindow, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            return await _body.ReadAsync(buffer, both.Token);
        }
        catch (Exception slow) when (
            slow is OperationCanceledException or IOException
            && limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw Fault(TransferFaultKind.Stalled, $"nothing came for {_limits.SlowWindow.TotalSeconds:0.#} s");
        }
        catch (IOException broken)
        {
            throw new TransferException(TransferFaults.Of(_purpose, _at, broken, tlsComplaint: null), broken);
        }
    }

    private void Watch(int count)
    {
        _windowBytes += count;
        TimeSpan window = _time.GetElapsedTime(_windowBegan);
        if (count == 0 || window < _limits.SlowWindow)
            return;
        if (_windowBytes < _limits.SlowBytesPerSecond * window.TotalSeconds)
            throw Fault(TransferFaultKind.Stalled, $"only {_windowBytes} bytes came in {window.TotalSeconds:0.#} s");
        _windowBegan = _time.GetTimestamp();
        _windowBytes = 0;
    }

    private TransferException Fault(TransferFaultKind kind, string what) =>
        new(TransferFaults.NoAnswer(_purpose, kind, _at, what));
}
