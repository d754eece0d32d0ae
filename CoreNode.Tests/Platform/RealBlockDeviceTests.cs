using CoreNode.Platform;
using CoreNode.Platform.Blocks;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Platform;

/// <summary>What opening a real disk or image refuses, and what it holds while it is open.</summary>
[TestFixture, Category("Unit")]
internal sealed class RealBlockDeviceTests
{
    [Test]
    public void What_is_no_disk_is_refused_with_what_to_do()
    {
        using TestFolder folder = new();
        File.WriteAllBytes(folder.File("empty"), []);
        Assert.Multiple(() =>
        {
            Assert.That(Refusal(folder.Path), Does.EndWith("is a folder: name a disk, a partition or an image file"));
            Assert.That(Refusal(folder.File("none")), Does.Contain("none does not exist: name a disk"));
            Assert.That(Refusal(folder.File("empty")), Does.Contain("is empty"));
            Assert.That(Refusal("/dev/null"), Does.Contain("is empty"));
        });
    }

    [Test]
    public void A_disk_is_locked_while_it_is_written()
    {
        using TestFolder folder = new();
        string file = folder.File("disk");
        File.WriteAllBytes(file, new byte[4096]);
        using RealBlockDevice first = RealBlockDevice.Open(file, BlockAccess.Write);
        using RealBlockDevice reader = RealBlockDevice.Open(file, BlockAccess.Read);
        Assert.That(new RealFiles().TryLock(file), Is.Null);
        Assert.That(reader.LengthBytes, Is.EqualTo(4096));
        Assert.That(reader.SectorSizeBytes, Is.Null);
    }

    [Test]
    public void Large_reads_past_the_cache_are_whole()
    {
        using TestFolder folder = new();
        byte[] content = new byte[(3 << 20) + 777];
        for (int at = 0; at < content.Length; at++)
            content[at] = (byte)((at * 2654435761L >> 13) & 0xFF);
        File.WriteAllBytes(folder.File("disk"), content);
        using RealBlockDevice device = RealBlockDevice.Open(folder.File("disk"), BlockAccess.Write);
        device.Sync();
        byte[] back = new byte[content.Length - 5];
        ReadBackWay way = device.ReadBack(5, back);
        Assert.That(back.AsSpan().SequenceEqual(content.AsSpan(5)), Is.True);
        Assert.That(way, Is.EqualTo(ReadBackWay.Direct).Or.EqualTo(ReadBackWay.Advised), "a file has no BLKFLSBUF");
    }

    private static string Refusal(string path) =>
        Assert.Catch<IOException>(() => RealBlockDevice.Open(path, BlockAccess.Read).Dispose())!.Message;
}
