using CoreNode.Updates.Applying;
using CoreNode.Updates.Payload;

namespace CoreNode.Tests.Updates.Applying;

/// <summary>A payload in memory, that may break off, and counts what is taken of it.</summary>
internal sealed class MemorySource(byte[] payload) : IPayloadSource
{
    public IPayloadFile? Whole { get; init; }

    /// <summary>The connection breaks at this byte of the payload; at none if negative.</summary>
    public long BreaksAt { get; init; } = -1;

    /// <summary>Most bytes that a read gives.</summary>
    public int Piece { get; init; } = 64 << 10;

    /// <summary>Called before each read.</summary>
    public Action? Reading { get; init; }

    /// <summary>Where it was opened, each time.</summary>
    public List<long> Opened { get; } = [];

    /// <summary>Connections that are open now.</summary>
    public int OpenCount { get; private set; }

    public Task<Stream> OpenAsync(long from, long? size, CancellationToken cancellation)
    {
        Opened.Add(from);
        if (size is { } announced && announced != payload.Length)
            throw new ApplyException(ApplyCodes.PayloadSize, "the payload has another size than announced");
        OpenCount++;
        return Task.FromResult<Stream>(new Body(this, payload, from));
    }

    private sealed class Body : MemoryStream
    {
        private readonly MemorySource _owner;
        private bool _isClosed;

        public Body(MemorySource owner, byte[] payload, long from)
            : base(payload, writable: false)
        {
            _owner = owner;
            Position = from;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _owner.Reading?.Invoke();
            int most = Math.Min(buffer.Length, _owner.Piece);
            if (_owner.BreaksAt >= 0)
            {
                long left = _owner.BreaksAt - Position;
                if (left <= 0)
                    throw new ApplyException(ApplyCodes.Transfer, "the connection broke");
                most = (int)Math.Min(most, left);
            }

            return ValueTask.FromResult(Read(buffer.Span[..most]));
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && !_isClosed)
                _owner.OpenCount--;
            _isClosed = true;
            base.Dispose(disposing);
        }
    }
}
