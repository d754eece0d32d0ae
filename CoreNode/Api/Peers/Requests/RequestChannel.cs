namespace CoreNode.Api.Peers.Requests;

/// <summary>
/// The frames of one request, both ways, sealed where no TLS does it. One reader and one writer at a time.
/// </summary>
internal sealed class RequestChannel(
    PeerLink link, FrameStream frames, RequestCipher? outgoing, RequestCipher? incoming, PeerContext context)
    : IDisposable
{
    /// <summary>Most bytes of a body in one frame.</summary>
    public const int MaxChunkBytes = 64 << 10;

    /// <summary>Most bytes of a frame's payload.</summary>
    public const int MaxPayloadBytes = MaxChunkBytes + RequestCipher.TagLength;

    private byte[] _buffer = [];

    /// <summary>Sends one frame.</summary>
    public async ValueTask WriteAsync(FrameType type, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        int length = payload.Length + (outgoing is null ? 0 : RequestCipher.TagLength) + PeerFrame.Overhead;
        if (_buffer.Length < length)
            _buffer = GC.AllocateUninitializedArray<byte>(length);
        Fill(_buffer.AsSpan(0, length), type, payload.Span);
        await link.SendAsync(_buffer.AsMemory(0, length), cancellation);
        context.Metrics.SentBytes.Add(length);
    }

    /// <summary>The next frame; its payload is valid until the next call.</summary>
    /// <exception cref="PeerProtocolException">What came makes no sense.</exception>
    /// <exception cref="IOException">The connection ended.</exception>
    public async ValueTask<PeerFrame> ReadAsync(CancellationToken cancellation)
    {
        PeerFrame frame = await frames.ReadAsync(cancellation);
        return incoming is null ? frame : frame with { Payload = incoming.Open(frame) };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        outgoing?.Dispose();
        incoming?.Dispose();
        link.Dispose();
    }

    private void Fill(Span<byte> frame, FrameType type, ReadOnlySpan<byte> payload)
    {
        Span<byte> target = PeerFrame.Begin(frame, type);
        if (outgoing is null)
            payload.CopyTo(target);
        else
            outgoing.Seal(type, payload, target);
        PeerFrame.Seal(frame);
    }
}
