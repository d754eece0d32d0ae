using CoreNode.Foundation;
using CoreNode.Platform.Codecs;

namespace CoreNode.Tests.Platform.Codecs;

/// <summary>zstd in terms of a reference: what a patch is.</summary>
[TestFixture, Category("Unit")]
internal sealed class ZstdPatchTests
{
    private ZstdEncoder _encoder = null!;
    private ZstdDecoder _decoder = null!;

    [SetUp]
    public void SetUp()
    {
        _encoder = new ZstdEncoder();
        _decoder = new ZstdDecoder();
    }

    [TearDown]
    public void TearDown()
    {
        _encoder.Dispose();
        _decoder.Dispose();
    }

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(9)]
    [TestCase(19)]
    public void A_patch_holds_only_what_is_new(int level)
    {
        // Noise, so that nothing but the reference can make it small.
        byte[] old = CodecSample.Noise(2 << 20, new Prng(5));
        byte[] data = CodecSample.Change(old, 6);
        byte[] patch = Pack(level, data, old);
        Assert.That(patch, Has.Length.LessThan(20_000));
        Assert.That(Pack(level, data, []), Has.Length.GreaterThan(data.Length));
        Assert.That(Unpack(patch, old, data.Length), Is.EqualTo(data));
    }

    [Test]
    public void The_middle_of_a_reference_of_6_MiB_is_reached()
    {
        // What lies before that, level 9 forgets in noise, where every byte is new to it.
        byte[] old = CodecSample.Noise(6 << 20, new Prng(5));
        byte[] data = old[(3 << 20)..(5 << 20)];
        byte[] patch = Pack(9, data, old);
        Assert.That(patch, Has.Length.LessThan(5_000));
        Assert.That(Unpack(patch, old, data.Length), Is.EqualTo(data));
    }

    [Test]
    public void The_same_patch_comes_from_a_new_context_and_a_used_one()
    {
        byte[] old = CodecSample.Make(500_000);
        byte[] data = CodecSample.Change(old, 9);
        byte[] first = Pack(9, data, old);
        _ = Pack(3, old, data);
        _ = Pack(19, data[..1000], []);
        // One that did not fit leaves nothing behind.
        Assert.That(_encoder.Encode(9, data, old, new byte[10]).Fault, Is.EqualTo(CodecFault.TooLarge));
        Assert.That(Pack(9, data, old), Is.EqualTo(first));
        using ZstdEncoder other = new();
        byte[] room = new byte[ZstdEncoder.BoundOf(data.Length)];
        Assert.That(room[..other.Encode(9, data, old, room).Length], Is.EqualTo(first));
    }

    [Test]
    public void A_reference_counts_for_one_frame_only()
    {
        byte[] old = CodecSample.Noise(100_000, new Prng(5));
        byte[] plain = Pack(9, old, []);
        byte[] patch = Pack(9, [.. old], old);
        Assert.That(patch, Has.Length.LessThan(100));
        Assert.That(Pack(9, old, []), Is.EqualTo(plain));
        Assert.That(Unpack(patch, old, old.Length), Is.EqualTo(old));
        Assert.That(Unpack(plain, [], old.Length), Is.EqualTo(old));
        byte[] output = new byte[old.Length];
        CodecResult alone = _decoder.Decode(patch, [], output);
        Assert.That(alone.Fault == CodecFault.None && output.AsSpan().SequenceEqual(old), Is.False);
        Assert.That(Unpack(patch, old, old.Length), Is.EqualTo(old));
    }

    [Test]
    public void Another_or_shorter_reference_never_crashes()
    {
        byte[] old = CodecSample.Make(100_000);
        byte[] data = CodecSample.Change(old, 2);
        byte[] patch = Pack(9, data, old);
        Prng prng = new(4);
        for (int round = 0; round < 300; round++)
        {
            byte[] reference = old[..prng.Next(old.Length)];
            byte[] output = new byte[data.Length];
            CodecResult result = _decoder.Decode(patch, reference, output);
            Assert.That(result.Fault == CodecFault.None && output.AsSpan().SequenceEqual(data), Is.False);
        }
    }

    [Test]
    public void A_frame_that_announces_a_huge_window_or_content_takes_no_memory()
    {
        // Magic; descriptor: content size in 8 bytes; window of 3.75 TiB; content size of 2^60.
        byte[] lying = [0x28, 0xB5, 0x2F, 0xFD, 0xC0, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0x10, 1, 0, 0];
        byte[] output = new byte[4096];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(_decoder.Decode(lying, [], output).Fault, Is.Not.EqualTo(CodecFault.None));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(100_000));
    }

    [Test]
    public void Formats_from_before_the_standard_and_skippable_frames_are_refused()
    {
        // Magic of zstd 0.7, and of a skippable frame of 4 bytes.
        byte[][] all = [[0x27, 0xB5, 0x2F, 0xFD, 0, 0, 0], [0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0]];
        foreach (byte[] data in all)
        {
            byte[] whole = [.. data, 0, 0, 0, 0];
            Assert.That(_decoder.Decode(whole, [], new byte[100]).Fault, Is.EqualTo(CodecFault.Damaged));
        }
    }

    private byte[] Pack(int level, byte[] data, byte[] reference)
    {
        byte[] room = new byte[ZstdEncoder.BoundOf(data.Length)];
        CodecResult result = _encoder.Encode(level, data, reference, room);
        Assert.That(result.Fault, Is.EqualTo(CodecFault.None));
        return room[..result.Length];
    }

    private byte[] Unpack(byte[] data, byte[] reference, int length)
    {
        byte[] output = new byte[length];
        CodecResult result = _decoder.Decode(data, reference, output);
        Assert.That((result.Fault, result.Length), Is.EqualTo((CodecFault.None, length)));
        return output;
    }
}
