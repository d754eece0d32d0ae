using CoreNode.Foundation;
using CoreNode.Platform.Codecs;

namespace CoreNode.Tests.Platform.Codecs;

/// <summary>What all packers of payloads have in common.</summary>
[TestFixture, Category("Unit")]
internal sealed class CodecTests
{
    private static IEnumerable<Codec> Codecs() => Codec.All();

    [TestCaseSource(nameof(Codecs))]
    public void What_is_packed_comes_back(Codec codec)
    {
        foreach (int length in new[] { 0, 1, 4095, 4096, 65_537, 2 << 20 })
        {
            byte[] data = CodecSample.Make(length);
            byte[] packed = codec.Pack(data);
            Assert.That(codec.UnpackInto(packed, length, out byte[] output).Fault, Is.EqualTo(CodecFault.None));
            Assert.That(output.AsSpan().SequenceEqual(data), Is.True, $"{length} bytes");
        }
    }

    [TestCaseSource(nameof(Codecs))]
    public void Noise_and_zeros_come_back_and_noise_stays_within_the_bound(Codec codec)
    {
        foreach (byte[] data in new[] { new byte[2 << 20], CodecSample.Noise(1 << 20, new Prng(1)) })
        {
            CodecResult result = codec.UnpackInto(codec.Pack(data), data.Length, out byte[] output);
            Assert.That(result.Fault, Is.EqualTo(CodecFault.None));
            Assert.That(output.AsSpan().SequenceEqual(data), Is.True);
        }
    }

    [TestCaseSource(nameof(Codecs))]
    public void The_same_data_gives_the_same_bytes(Codec codec)
    {
        byte[] data = CodecSample.Make(300_000);
        Assert.That(codec.Pack(data), Is.EqualTo(codec.Pack(data)));
    }

    [TestCaseSource(nameof(Codecs))]
    public void More_room_than_needed_is_no_fault_and_less_is_told(Codec codec)
    {
        byte[] data = CodecSample.Make(100_000);
        byte[] packed = codec.Pack(data);
        CodecResult roomy = codec.UnpackInto(packed, data.Length + 1000, out byte[] output);
        Assert.That((roomy.Fault, output.Length), Is.EqualTo((CodecFault.None, data.Length)));
        foreach (int room in new[] { 0, 1, 50_000, data.Length - 1 })
            Assert.That(codec.UnpackInto(packed, room, out _).Fault, Is.EqualTo(CodecFault.TooLarge), $"{room} bytes");
    }

    [TestCaseSource(nameof(Codecs))]
    public void A_bomb_ends_at_the_end_of_the_output(Codec codec)
    {
        byte[] packed = codec.Pack(new byte[64 << 20]);
        Assert.That(packed, Has.Length.LessThan(100_000));
        Assert.That(codec.UnpackInto(packed, 2 << 20, out _).Fault, Is.EqualTo(CodecFault.TooLarge));
    }

    [TestCaseSource(nameof(Codecs))]
    public void Data_cut_short_anywhere_is_damaged(Codec codec)
    {
        byte[] data = CodecSample.Make(1500);
        byte[] packed = codec.Pack(data);
        for (int length = 0; length < packed.Length; length++)
        {
            CodecResult result = codec.UnpackInto(packed[..length], data.Length, out _);
            Assert.That(result.Fault, Is.EqualTo(CodecFault.Damaged), $"{length} of {packed.Length} bytes");
        }
    }

    [TestCaseSource(nameof(Codecs))]
    public void What_goes_on_behind_its_end_is_damaged(Codec codec)
    {
        byte[] data = CodecSample.Make(1500);
        byte[] packed = codec.Pack(data);
        foreach (byte[] more in new[] { new byte[1], new byte[4], new byte[100], packed })
        {
            CodecResult result = codec.UnpackInto([.. packed, .. more], data.Length * 2, out _);
            Assert.That(result.Fault, Is.EqualTo(CodecFault.Damaged), $"{more.Length} bytes more");
        }
    }

    [TestCaseSource(nameof(Codecs))]
    public void Damaged_data_neither_crashes_nor_writes_outside_the_output(Codec codec)
    {
        byte[] data = CodecSample.Make(20_000);
        byte[] packed = codec.Pack(data);
        Prng prng = new(7);
        int noticed = 0;
        const int rounds = 2000;
        for (int round = 0; round < rounds; round++)
        {
            byte[] damaged = [.. packed];
            for (int count = prng.Next(1, 4); count > 0; count--)
                damaged[prng.Next(damaged.Length)] ^= (byte)(1 << prng.Next(8));
            CodecResult result = codec.UnpackInto(damaged, prng.Chance(0.5) ? data.Length : 3000, out byte[] output);
            if (result.Fault != CodecFault.None || !output.AsSpan().SequenceEqual(data))
                noticed++;
        }

        // Every byte of the packed data means something; an even number of flips may still be none at all.
        Assert.That(noticed, Is.GreaterThan(rounds * 9 / 10));
    }

    [TestCaseSource(nameof(Codecs))]
    public void Noise_is_damaged_data(Codec codec)
    {
        Prng prng = new(8);
        for (int round = 0; round < 200; round++)
        {
            CodecResult result = codec.UnpackInto(CodecSample.Noise(prng.Next(200), prng), 1000, out _);
            Assert.That(result.Fault, Is.EqualTo(CodecFault.Damaged));
        }
    }

    [Test]
    public void Packing_says_when_the_result_does_not_fit()
    {
        byte[] noise = CodecSample.Noise(10_000, new Prng(3));
        byte[] room = new byte[noise.Length];
        using ZstdEncoder zstd = new();
        Assert.That(zstd.Encode(9, noise, [], room).Fault, Is.EqualTo(CodecFault.TooLarge));
        Assert.That(XzCodec.Encode(6, noise, room).Fault, Is.EqualTo(CodecFault.TooLarge));
        Assert.That(Bzip2Codec.Encode(noise, room).Fault, Is.EqualTo(CodecFault.TooLarge));
        Assert.That(zstd.Encode(9, new byte[10_000], [], room).Fault, Is.EqualTo(CodecFault.None));
    }
}
