using CoreNode.Platform.Blocks;

namespace CoreNode.Disks;

/// <summary>
/// A partition of an image file or disk, reached through the whole of it. Does not own what it looks into.
/// </summary>
public sealed class DeviceWindow : IBlockDevice
{
    private readonly IBlockDevice _whole;
    private readonly long _start;

    /// <summary>A window from <paramref name="startBytes"/> on.</summary>
    /// <exception cref="IOException">It does not lie inside.</exception>
    public DeviceWindow(IBlockDevice whole, string name, long startBytes, long lengthBytes)
    {
        if (startBytes < 0 || lengthBytes <= 0 || startBytes > whole.LengthBytes - lengthBytes)
            throw new IOException($"{whole.Path} is too short for {name}");
        _whole = whole;
        _start = startBytes;
        LengthBytes = lengthBytes;
        Path = $"{name} of {whole.Path}";
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public long LengthBytes { get; }

    /// <inheritdoc/>
    public int? SectorSizeBytes => _whole.SectorSizeBytes;

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> buffer)
    {
        Check(offset, buffer.Length);
        _whole.Read(_start + offset, buffer);
    }

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        Check(offset, data.Length);
        _whole.Write(_start + offset, data);
    }

    /// <inheritdoc/>
    public void Sync() => _whole.Sync();

    /// <inheritdoc/>
    public ReadBackWay ReadBack(long offset, Span<byte> buffer)
    {
        Check(offset, buffer.Length);
        return _whole.ReadBack(_start + offset, buffer);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Check(long offset, int length)
    {
        if (offset < 0 || offset > LengthBytes - length)
            throw new IOException($"{Path} has {LengthBytes} bytes: there are no {length} bytes at {offset}");
    }
}
