namespace CoreNode.Api.UpdateServer;

/// <summary>
/// An answer's body for work that writes it as it comes: each write is sent before the next one, so nothing piles up
/// for a client that reads slowly. One writer.
/// </summary>
internal sealed class AnswerStream(RequestContext context) : Stream
{
    // Go's and our own servers cut what reads slower; pieces keep a whole file out of memory.
    private const int MostAtOnce = 128 << 10;

    /// <summary>Something was sent: from now on a failure can only cut the connection.</summary>
    public bool HasBegun { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(buffer.Length, MostAtOnce);
            context.Write(buffer.Span[..count]);
            HasBegun = true;
            buffer = buffer[count..];
            if ((await context.FlushAsync()).IsCompleted)
                throw new IOException("the client has gone");

            // Also after a flush that waited: the sockets' thread ran what follows it.
            await Task.Yield();
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
