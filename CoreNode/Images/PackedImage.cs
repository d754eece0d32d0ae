using CoreNode.Platform.Blocks;
using CoreNode.Platform.Codecs;

namespace CoreNode.Images;

/// <summary>
/// An image in a packed file, for reading: its beginning and end are kept, anything else is unpacked from where the
/// last reading ended, and from the beginning where it lies before that. One thread.
/// </summary>
public sealed class PackedImage : IBlockDevice
{
    private const int EdgeBytes = 1 << 20;

    private readonly byte[] _head;
    private readonly byte[] _tail;
    private readonly byte[] _skipped = new byte[EdgeBytes];
    private UnpackedFile? _unpacked;
    private long _at;

    /// <summary>Unpacks all of it once, to know how long it is.</summary>
    /// <param name="path">The file.</param>
    /// <param name="progress">Told how many bytes were unpacked so far.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="IOException">It cannot be read, is damaged, or was cut short.</exception>
    public PackedImage(string path, Action<long> progress, CancellationToken cancellation)
    {
        Path = path;
        using UnpackedFile unpacked = UnpackedFile.Open(path);
        byte[] before = [];
        byte[] last = [];
        byte[]? head = null;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            byte[] next = new byte[EdgeBytes];
            int length = unpacked.Read(next);
            LengthBytes += length;
            if (length > 0)
                (before, last) = (last, next[..length]);
            head ??= last;
            progress(LengthBytes);
            if (length < EdgeBytes)
                break;
        }

        _head = head;
        byte[] both = [.. before, .. last];
        _tail = both[Math.Max(0, both.Length - EdgeBytes)..];
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public long LengthBytes { get; }

    /// <inheritdoc/>
    public int? SectorSizeBytes => null;

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> buffer)
    {
        if (offset < 0 || offset > LengthBytes - buffer.Length)
            throw new IOException($"{Path} unpacks to {LengthBytes} bytes: it ends before {offset + buffer.Length}");
        long tailAt = LengthBytes - _tail.Length;
        if (offset + buffer.Length <= _head.Length)
            _head.AsSpan((int)offset, buffer.Length).CopyTo(buffer);
        else if (offset >= tailAt)
            _tail.AsSpan((int)(offset - tailAt), buffer.Length).CopyTo(buffer);
        else
            Unpack(offset, buffer);
    }

    /// <inheritdoc/>
    public ReadBackWay ReadBack(long offset, Span<byte> buffer)
    {
        Read(offset, buffer);
        return ReadBackWay.Advised;
    }

    /// <summary>Never: a packed image is only read.</summary>
    public void Write(long offset, ReadOnlySpan<byte> data) => throw new IOException($"{Path} is only read");

    /// <summary>Nothing was written.</summary>
    public void Sync()
    {
    }

    /// <inheritdoc/>
    public void Dispose() => _unpacked?.Dispose();

    private void Unpack(long offset, Span<byte> buffer)
    {
        if (_unpacked is null || _at > offset)
        {
            _unpacked?.Dispose();
            _unpacked = UnpackedFile.Open(Path);
            _at = 0;
        }

        while (_at < offset)
            Take(_unpacked, _skipped.AsSpan(0, (int)Math.Min(_skipped.Length, offset - _at)));
        Take(_unpacked, buffer);
    }

    private void Take(UnpackedFile unpacked, Span<byte> buffer)
    {
        int length = unpacked.Read(buffer);
        _at += length;
        if (length < buffer.Length)
            throw new IOException($"{Path} changed while it was read: nothing can be made of it");
    }
}
