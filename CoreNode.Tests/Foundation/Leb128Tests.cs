using CoreNode.Foundation;

namespace CoreNode.Tests.Foundation;

[TestFixture, Category("Unit")]
internal sealed class Leb128Tests
{
    [TestCase(0UL, 1)]
    [TestCase(127UL, 1)]
    [TestCase(128UL, 2)]
    [TestCase(1UL << 63, 10)]
    [TestCase(ulong.MaxValue, 10)]
    public void A_position_reads_back_and_is_refused_when_cut_off(ulong value, int length)
    {
        byte[] buffer = new byte[Leb128.MaxLength64];
        int used = Leb128.Write(buffer, value);
        Assert.That(used, Is.EqualTo(length));
        Assert.That(Leb128.TryRead(buffer, out ulong back, out int read), Is.True);
        Assert.That((back, read), Is.EqualTo((value, length)));
        Assert.That(Leb128.TryRead(buffer.AsSpan(0, length - 1), out ulong _, out _), Is.False);
    }

    [Test]
    public void More_than_64_bits_are_refused()
    {
        byte[] tooLarge = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02];
        Assert.That(Leb128.TryRead(tooLarge, out ulong _, out _), Is.False);
    }
}
