using CoreNode.Foundation;
using CoreNode.Platform;

namespace CoreNode.Tests.Platform;

[TestFixture, Category("Unit")]
internal sealed class Crc32CTests
{
    [Test]
    public void The_check_values_of_the_standard_come_out()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Crc32C.Compute("123456789"u8), Is.EqualTo(0xE3069283));
            Assert.That(Crc32C.Compute(new byte[32]), Is.EqualTo(0x8A9136AA));
            Assert.That(Crc32C.Compute([]), Is.Zero);
        });
    }

    [Test]
    public void The_result_equals_a_bit_by_bit_computation_however_it_is_split()
    {
        Prng prng = new(3);
        for (int round = 0; round < 200; round++)
        {
            byte[] data = new byte[prng.Next(100)];
            for (int i = 0; i < data.Length; i++)
                data[i] = (byte)prng.Next(256);
            int cut = prng.Next(data.Length + 1);
            uint split = Crc32C.Append(Crc32C.Compute(data.AsSpan(0, cut)), data.AsSpan(cut));
            Assert.That(split, Is.EqualTo(Naive(data)), $"seed 3, round {round}");
        }
    }

    [Test]
    public void Numbers_count_as_their_little_endian_bytes()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Crc32C.Append(5, 0x0807060504030201UL), Is.EqualTo(Crc32C.Append(5, [1, 2, 3, 4, 5, 6, 7, 8])));
            Assert.That(Crc32C.Append(5, 0x04030201U), Is.EqualTo(Crc32C.Append(5, [1, 2, 3, 4])));
        });
    }

    private static uint Naive(byte[] data)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in data)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
        }

        return ~crc;
    }
}
