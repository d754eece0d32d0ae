using System.IO.Compression;
using System.Text;
using CoreNode.Foundation;

namespace CoreNode.Tests.Foundation;

/// <summary>Gzip undone, compared with what the framework packs.</summary>
[TestFixture, Category("Unit")]
internal sealed class GzipTests
{
    private const int Limit = 4 << 20;

    private static byte[] Packed(byte[] content, CompressionLevel level)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, level))
            gzip.Write(content);
        return packed.ToArray();
    }

    private static byte[] Content(Prng chance, int most = 60_000)
    {
        byte[] content = new byte[1 + chance.Next(most)];
        int variety = 1 + chance.Next(256);
        for (int i = 0; i < content.Length; i++)
        {
            content[i] = i > 100 && chance.Next(3) != 0
                ? content[i - 1 - chance.Next(Math.Min(i, 30_000))]
                : (byte)chance.Next(variety);
        }

        return content;
    }

    [Test]
    public void What_was_packed_comes_out_again()
    {
        Prng chance = new(7);
        for (int i = 0; i < 40; i++)
        {
            byte[] content = Content(chance);
            foreach (CompressionLevel level in Enum.GetValues<CompressionLevel>())
                Assert.That(Gzip.Expand(Packed(content, level), Limit, out _), Is.EqualTo(content), $"{i} {level}");
        }
    }

    [Test]
    public void Members_follow_each_other_and_headers_may_have_a_name()
    {
        byte[] one = Packed("one"u8.ToArray(), CompressionLevel.Optimal);
        byte[] two = Packed("two"u8.ToArray(), CompressionLevel.Optimal);
        byte[] named = [.. one[..3], 0x1E, .. one[4..10], 2, 0, 1, 2, .. "name\0comment\0"u8, 9, 9, .. one[10..]];
        byte[] both = Gzip.Expand([.. named, .. two], Limit, out _)!;
        Assert.That(Encoding.ASCII.GetString(both), Is.EqualTo("onetwo"));
        Assert.That(Gzip.IsGzip(one), Is.True);
        Assert.That(Gzip.IsGzip("#cloud-config"u8), Is.False);
    }

    [Test]
    public void More_than_the_limit_is_refused_before_it_is_unpacked()
    {
        byte[] bomb = Packed(new byte[64 << 20], CompressionLevel.Optimal);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(Gzip.Expand(bomb, Limit, out string problem), Is.Null);
        Assert.That(problem, Does.Contain("more than 4194304 bytes"));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(3L * Limit));
    }

    [Test]
    public void Damaged_data_is_refused_or_means_the_same()
    {
        Prng chance = new(11);
        int refused = 0;
        for (int i = 0; i < 2_000; i++)
        {
            byte[] content = Content(chance, 200);
            byte[] packed = Packed(content, CompressionLevel.Optimal);
            byte[] damaged = chance.Next(4) == 0 ? packed[..chance.Next(packed.Length)] : [.. packed];
            if (damaged.Length > 0)
                damaged[chance.Next(damaged.Length)] ^= (byte)(1 << chance.Next(8));
            if (Gzip.Expand(damaged, Limit, out string problem) is { } unpacked)
                Assert.That(unpacked, Is.EqualTo(content), $"{i}");
            else
                refused++;
            Assert.That(problem.Length == 0 || refused > 0, Is.True, $"{i}");
        }

        Assert.That(refused, Is.GreaterThan(1_000));
    }
}
