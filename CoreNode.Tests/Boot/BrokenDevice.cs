using CoreNode.Platform.Blocks;

namespace CoreNode.Tests.Boot;

/// <summary>A disk of which some bytes cannot be read any more.</summary>
internal sealed class BrokenDevice(IBlockDevice device, long from, long to) : IBlockDevice
{
    public string Path => device.Path;

    public long LengthBytes => device.LengthBytes;

    public int? SectorSizeBytes => device.SectorSizeBytes;

    public void Read(long offset, Span<byte> buffer)
    {
        Check(offset, buffer.Length);
        device.Read(offset, buffer);
    }

    public void Write(long offset, ReadOnlySpan<byte> data) => device.Write(offset, data);

    public void Sync() => device.Sync();

    public ReadBackWay ReadBack(long offset, Span<byte> buffer)
    {
        Check(offset, buffer.Length);
        return device.ReadBack(offset, buffer);
    }

    public void Dispose() => device.Dispose();

    private void Check(long offset, int length)
    {
        if (offset < to && offset + length > from)
            throw new IOException($"{Path} cannot be read at {offset}: Input/output error");
    }
}
