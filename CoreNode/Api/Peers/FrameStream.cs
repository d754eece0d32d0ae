namespace CoreNode.Api.Peers;

/// <summary>The frames of a connection one by one. One owner.</summary>
internal sealed class FrameStream(PeerLink link, FrameReader reader, PeerContext context)
{
    private ReadOnlyMemory<byte> _frames;

    /// <summary>What cuts the bytes.</summary>
    public FrameReader Reader => reader;

    /// <summary>Whole frames that were received and not read yet; empty afterwards.</summary>
    public ReadOnlyMemory<byte> TakeReceived()
    {
        ReadOnlyMemory<byte> frames = _frames;
        _frames = default;
        return frames;
    }

    /// <summary>The next frame, valid until the next call.</summary>
    /// <exception cref="PeerProtocolException">It is damaged, too long or cut off.</exception>
    /// <exception cref="IOException">The connection ended.</exception>
    public async ValueTask<PeerFrame> ReadAsync(CancellationToken cancellation)
    {
        while (_frames.IsEmpty)
            _frames = Advance(await link.ReceiveAsync(reader.Free(), cancellation));
        return Next();
    }

    /// <summary>The same on a thread that may wait.</summary>
    public PeerFrame Read()
    {
        while (_frames.IsEmpty)
            _frames = Advance(link.Receive(reader.Free().Span));
        return Next();
    }

    private ReadOnlyMemory<byte> Advance(int count)
    {
        if (count > 0)
        {
            context.Metrics.ReceivedBytes.Add(count);
            return reader.Advance(count);
        }

        if (reader.IsInsideFrame)
            throw new PeerProtocolException(ProtocolFault.Truncated, "the connection ended inside a frame");
        throw new EndOfStreamException("the other side closed the connection");
    }

    private PeerFrame Next() => PeerFrame.TryTake(ref _frames, out PeerFrame frame)
        ? frame
        : throw new PeerProtocolException(ProtocolFault.Damaged, "the checksum of a frame is wrong");
}
