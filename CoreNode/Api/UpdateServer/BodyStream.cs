using System.Buffers;
using System.IO.Pipelines;

namespace CoreNode.Api.UpdateServer;

/// <summary>
/// A request's body as it comes, for work that writes it to disk: what follows a read never runs on the thread that
/// polls the sockets. One reader.
/// </summary>
internal sealed class BodyStream(RequestContext context) : Stream
{
    private readonly PipeReader _pipe = context.BodyPipe;
    private bool _hasEnded;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!_hasEnded && !buffer.IsEmpty)
        {
            ValueTask<ReadResult> reading = _pipe.ReadAsync(cancellationToken);
            bool isLater = !reading.IsCompleted;
            ReadResult read = await reading;
            if (isLater)
                await Task.Yield();
            int count = (int)Math.Min(read.Buffer.Length, buffer.Length);
            read.Buffer.Slice(0, count).CopyTo(buffer.Span);
            bool isLast = read.IsCompleted && count == read.Buffer.Length;
            _pipe.AdvanceTo(read.Buffer.GetPosition(count));
            if (isLast)
            {
                _hasEnded = true;
                context.Body = BodyState.Read;
            }

            if (count > 0)
                return count;
        }

        return 0;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(
        byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
