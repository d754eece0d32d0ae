using CoreNode.Platform.Blocks;
using CoreNode.Tests.Simulation;

namespace CoreNode.Tests.Disks.Gpt;

/// <summary>An image file in memory: nobody says how large its sectors are.</summary>
internal sealed class SizelessDevice(byte[] image) : IBlockDevice
{
    private readonly SimulatedBlockDevice _device = new(image, 512);

    public string Path => "image";

    public long LengthBytes => _device.LengthBytes;

    public int? SectorSizeBytes => null;

    public void Read(long offset, Span<byte> buffer) => _device.Read(offset, buffer);

    public void Write(long offset, ReadOnlySpan<byte> data) => _device.Write(offset, data);

    public void Sync() => _device.Sync();

    public ReadBackWay ReadBack(long offset, Span<byte> buffer) => _device.ReadBack(offset, buffer);

    public void Dispose() => _device.Dispose();
}
