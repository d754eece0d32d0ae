using System.Security.Cryptography;

namespace CoreNode.Updates.Server.Parcels;

/// <summary>One part of a parcel as a stream that ends where the part does, and is hashed on the way.</summary>
internal sealed class PartStream(Stream source, long size) : Stream
{
    private const int SkipBytes = 64 << 10;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _left = size;

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

    /// <summary>SHA-256 of all of it, once all was read.</summary>
    public byte[] Hash() => _hash.GetHashAndReset();

    /// <summary>Reads what is left.</summary>
    public async Task SkipAsync(CancellationToken cancellation)
    {
        byte[] rest = new byte[_left > 0 ? SkipBytes : 0];
        while (_left > 0)
            _ = await ReadAtLeastAsync(rest, 1, throwOnEndOfStream: true, cancellation);
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int wanted = (int)Math.Min(buffer.Length, _left);
        if (wanted == 0)
            return 0;
        int count = await source.ReadAsync(buffer[..wanted], cancellationToken);
        if (count == 0)
            throw new IOException("the file was cut off: take a whole one");
        _hash.AppendData(buffer.Span[..count]);
        _left -= count;
        return count;
    }

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

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }
}
