namespace CoreNode.Updates.Sharing;

/// <summary>
/// The bytes that another node sends. It must keep sending; how it ends before the payload does is told. One reader;
/// asynchronous only.
/// </summary>
internal sealed class PeerStream : Stream
{
    private readonly IPayloadAnswer _answer;
    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenRegistration _link;
    private readonly TimeSpan _patience;
    private readonly Action<long> _came;
    private readonly Action<string> _ended;
    private long _left;
    private bool _isOver;
    private bool _isDisposed;

    /// <param name="answer">What comes; disposed with this.</param>
    /// <param name="stop">Ends the request; disposed with this.</param>
    /// <param name="link">What ends it from outside; disposed with this.</param>
    /// <param name="left">Bytes up to the payload's end.</param>
    /// <param name="patience">How long nothing may come.</param>
    /// <param name="came">Told the bytes that came.</param>
    /// <param name="ended">Told why nothing more comes although there should.</param>
    public PeerStream(
        IPayloadAnswer answer, CancellationTokenSource stop, CancellationTokenRegistration link, long left,
        TimeSpan patience, Action<long> came, Action<string> ended)
    {
        (_answer, _stop, _link, _left, _patience) = (answer, stop, link, left, patience);
        (_came, _ended) = (came, ended);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isOver || _left == 0 || buffer.IsEmpty)
            return 0;
        int count = 0;
        string reason = "it has nothing more";
        _stop.CancelAfter(_patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, cancellationToken);
        try
        {
            count = await _answer.Body.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], either.Token);
        }
        catch (IOException broken)
        {
            reason = broken.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            reason = $"nothing came for {_patience.TotalSeconds:0} s";
        }

        _stop.CancelAfter(Timeout.InfiniteTimeSpan);
        _left -= count;
        _isOver = count == 0;
        if (count > 0)
            _came(count);
        else
            _ended(reason);
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

    public override async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        await _link.DisposeAsync();
        await _stop.CancelAsync();
        await _answer.DisposeAsync();
        _stop.Dispose();
        await base.DisposeAsync();
    }
}
