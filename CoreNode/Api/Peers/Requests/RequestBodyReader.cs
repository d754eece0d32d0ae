using System.Text;
using System.Threading.Channels;

namespace CoreNode.Api.Peers.Requests;

/// <summary>
/// What the other side of a request sends, as a stream that ends where it ended it. Received a little ahead of who
/// reads, so that the end of the connection is noticed even by who does not read. One reader.
/// </summary>
internal sealed class RequestBodyReader(RequestChannel channel) : Stream
{
    private const int MaxAhead = 2;

    private readonly Channel<ReadOnlyMemory<byte>> _received = Channel.CreateBounded<ReadOnlyMemory<byte>>(
        new BoundedChannelOptions(MaxAhead) { SingleReader = true, SingleWriter = true });

    private ReadOnlyMemory<byte> _left;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Receives until the body has ended; run once, beside who reads.</summary>
    public async Task ReceiveAsync(CancellationToken cancellation)
    {
        try
        {
            while (Take(await channel.ReadAsync(cancellation)) is { } piece)
                await _received.Writer.WriteAsync(piece, cancellation);
            _received.Writer.Complete();
        }
        catch (Exception e)
        {
            // Whoever reads is promised one kind of fault, whatever broke the connection.
            bool isOutside = PeerFaults.IsOutside(e);
            _received.Writer.Complete(isOutside && e is not (IOException or OperationCanceledException)
                ? new IOException(PeerFaults.Reason(e), e)
                : e);
            if (!isOutside)
                throw;
        }
    }

    /// <exception cref="IOException">The other side failed, and says why; or the connection ended early.</exception>
    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_left.IsEmpty)
        {
            if (!await _received.Reader.WaitToReadAsync(cancellationToken))
                return 0;
            _received.Reader.TryRead(out _left);
        }

        int count = Math.Min(buffer.Length, _left.Length);
        _left[..count].CopyTo(buffer);
        _left = _left[count..];
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    // The next piece; null at the end.
    private static ReadOnlyMemory<byte>? Take(PeerFrame frame) => frame.Type switch
    {
        FrameType.RequestData => new ReadOnlyMemory<byte>(frame.Payload.ToArray()),
        FrameType.RequestEnd => (ReadOnlyMemory<byte>?)null,
        FrameType.RequestFailed =>
            throw new IOException($"the other node failed: {Encoding.UTF8.GetString(frame.Payload.Span)}"),
        _ => throw new PeerProtocolException(
            ProtocolFault.Damaged, $"a frame {frame.Type} came inside a request's body"),
    };
}
