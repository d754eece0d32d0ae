using CoreNode.Platform.Blocks;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Simulation;

namespace CoreNode.Tests.Platform;

/// <summary>What every disk does, the real one and its simulated twin.</summary>
[TestFixture(false), TestFixture(true), Category("Conformance")]
internal sealed class BlockDeviceConformanceTests(bool isReal)
{
    private const int Length = 3 * 4096 + 512;

    private TestFolder _folder = null!;
    private IBlockDevice _device = null!;

    [SetUp]
    public void Open()
    {
        _folder = new TestFolder();
        byte[] content = [.. Enumerable.Range(0, Length).Select(At)];
        File.WriteAllBytes(_folder.File("disk"), content);
        _device = isReal
            ? RealBlockDevice.Open(_folder.File("disk"), BlockAccess.Write)
            : new SimulatedBlockDevice(content, 512);
    }

    [TearDown]
    public void Close()
    {
        _device.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void What_is_written_and_synced_is_read_and_read_back()
    {
        byte[] data = [.. Enumerable.Range(0, 1024).Select(static at => (byte)(at * 7 & 0xFF))];
        _device.Write(4096 - 512, data);
        byte[] read = new byte[1024];
        _device.Read(4096 - 512, read);
        Assert.That(read, Is.EqualTo(data));
        _device.Sync();
        byte[] back = new byte[1024 + 100];
        _device.ReadBack(4096 - 512 - 50, back);
        Assert.That(back[50..^50], Is.EqualTo(data));
        Assert.That(back[0], Is.EqualTo(At(4096 - 562)));
    }

    [Test]
    public void Its_end_is_read_back_also_where_it_is_not_aligned()
    {
        byte[] back = new byte[Length];
        _device.ReadBack(0, back);
        byte[] read = new byte[Length];
        _device.Read(0, read);
        Assert.That(back, Is.EqualTo(read));
        Assert.That(back[^1], Is.EqualTo(At(Length - 1)));
    }

    [TestCase(-1, 1)]
    [TestCase(Length, 1)]
    [TestCase(Length - 511, 512)]
    public void There_is_nothing_past_the_end(int offset, int length)
    {
        byte[] data = new byte[length];
        Assert.Throws<IOException>(() => _device.Read(offset, data));
        Assert.Throws<IOException>(() => _device.ReadBack(offset, data));
        Assert.Throws<IOException>(() => _device.Write(offset, data));
        Assert.That(_device.LengthBytes, Is.EqualTo(Length));
    }

    private static byte At(int at) => (byte)((at / 512 + at) & 0xFF);
}
