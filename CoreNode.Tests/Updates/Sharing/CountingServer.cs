using CoreNode.Updates.Sharing;

namespace CoreNode.Tests.Updates.Sharing;

/// <summary>An update server in memory that counts what it sends.</summary>
internal sealed class CountingServer(byte[] payload) : IServerPayload
{
    private long _sent;

    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Each piece that it sends takes so long.</summary>
    public TimeSpan Delay { get; set; }

    public Task<Stream> OpenAsync(long from, long to, long size, CancellationToken cancellation) =>
        Task.FromResult<Stream>(new Part(this, payload.AsMemory((int)from..(int)to)));

    private sealed class Part(CountingServer server, ReadOnlyMemory<byte> rest) : MemoryStream
    {
        private const int PieceBytes = 64 << 10;
        private ReadOnlyMemory<byte> _rest = rest;

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (server.Delay > TimeSpan.Zero)
                await Task.Delay(server.Delay, cancellationToken);
            int count = Math.Min(Math.Min(buffer.Length, PieceBytes), _rest.Length);
            _rest[..count].CopyTo(buffer);
            _rest = _rest[count..];
            Interlocked.Add(ref server._sent, count);
            return count;
        }
    }
}
