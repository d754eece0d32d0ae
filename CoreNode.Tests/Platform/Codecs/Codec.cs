using CoreNode.Platform.Codecs;

namespace CoreNode.Tests.Platform.Codecs;

/// <summary>One of the packers behind one face, so that all are judged by the same tests.</summary>
/// <param name="Name">Shown in test names; that of the system's tool.</param>
/// <param name="Pack">Data to a stream.</param>
/// <param name="Unpack">A stream into an output.</param>
internal sealed record Codec(string Name, Func<byte[], byte[]> Pack, Func<byte[], Memory<byte>, CodecResult> Unpack)
{
    public static IEnumerable<Codec> All() =>
    [
        new("zstd", PackZstd, UnpackZstd),
        new("xz", PackXz, (data, output) => XzCodec.Decode(data, output.Span)),
        new("bzip2", PackBzip2, (data, output) => Bzip2Codec.Decode(data, output.Span)),
    ];

    /// <summary>Unpacks with so much room, between guards: nothing may be written outside of it.</summary>
    public CodecResult UnpackInto(byte[] data, int room, out byte[] output)
    {
        const int guard = 64;
        const byte mark = 0xA5;
        byte[] whole = new byte[room + (2 * guard)];
        whole.AsSpan().Fill(mark);
        CodecResult result = Unpack(data, whole.AsMemory(guard, room));
        Assert.That(whole.AsSpan(0, guard).IndexOfAnyExcept(mark), Is.EqualTo(-1), "written before the output");
        Assert.That(whole.AsSpan(guard + room).IndexOfAnyExcept(mark), Is.EqualTo(-1), "written behind the output");
        Assert.That(result.Length, Is.InRange(0, room));
        output = whole.AsSpan(guard, result.Length).ToArray();
        return result;
    }

    public override string ToString() => Name;

    private static byte[] PackZstd(byte[] data)
    {
        using ZstdEncoder encoder = new();
        byte[] room = new byte[ZstdEncoder.BoundOf(data.Length)];
        return room[..Good(encoder.Encode(9, data, [], room))];
    }

    private static CodecResult UnpackZstd(byte[] data, Memory<byte> output)
    {
        using ZstdDecoder decoder = new();
        return decoder.Decode(data, [], output.Span);
    }

    private static byte[] PackXz(byte[] data)
    {
        byte[] room = new byte[XzCodec.BoundOf(data.Length)];
        return room[..Good(XzCodec.Encode(6, data, room))];
    }

    private static byte[] PackBzip2(byte[] data)
    {
        byte[] room = new byte[Bzip2Codec.BoundOf(data.Length)];
        return room[..Good(Bzip2Codec.Encode(data, room))];
    }

    private static int Good(CodecResult result)
    {
        Assert.That(result.Fault, Is.EqualTo(CodecFault.None));
        return result.Length;
    }
}
