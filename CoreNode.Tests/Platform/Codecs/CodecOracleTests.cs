using CoreNode.Platform.Codecs;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Platform.Codecs;

/// <summary>The system's own tools read what we write, and we read what they write.</summary>
[TestFixture, Category("Conformance")]
internal sealed class CodecOracleTests
{
    private TestFolder _folder = null!;

    private static IEnumerable<Codec> Codecs() => Codec.All();

    [SetUp]
    public void SetUp() => _folder = new TestFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCaseSource(nameof(Codecs))]
    public async Task The_tool_reads_what_we_write(Codec codec)
    {
        byte[] data = CodecSample.Make(3 << 20);
        string packed = Write("data." + codec.Name, codec.Pack(data));
        Assert.That(await OutputAsync(Tool(codec), "-d", "-c", packed), Is.EqualTo(data));
    }

    [TestCaseSource(nameof(Codecs))]
    public async Task We_read_what_the_tool_writes(Codec codec)
    {
        byte[] data = CodecSample.Make(3 << 20);
        string plain = Write("data", data);
        foreach (string level in new[] { "-1", "-6", "-7" })
        {
            byte[] packed = await OutputAsync(Tool(codec), level, "-c", plain);
            CodecResult result = codec.UnpackInto(packed, data.Length, out byte[] output);
            Assert.That(result.Fault, Is.EqualTo(CodecFault.None), level);
            Assert.That(output.AsSpan().SequenceEqual(data), Is.True, level);
        }
    }

    [Test]
    public async Task An_xz_stream_that_needs_more_memory_than_allowed_is_refused()
    {
        string plain = Write("data", CodecSample.Make(100_000));
        byte[] packed = await OutputAsync(TestPrograms.Xz(), "-9", "-c", plain);
        byte[] output = new byte[100_000];
        Assert.That(XzCodec.Decode(packed, output).Fault, Is.EqualTo(CodecFault.TooMuchMemory));
        Assert.That(XzCodec.Decode(packed, output, 80 << 20).Fault, Is.EqualTo(CodecFault.None));
    }

    [TestCase("none")]
    [TestCase("crc32")]
    [TestCase("crc64")]
    [TestCase("sha256")]
    public async Task Every_check_of_xz_is_read(string check)
    {
        byte[] data = CodecSample.Make(50_000);
        byte[] packed = await OutputAsync(TestPrograms.Xz(), $"--check={check}", "-c", Write("data", data));
        byte[] output = new byte[data.Length];
        Assert.That(XzCodec.Decode(packed, output).Fault, Is.EqualTo(CodecFault.None));
        Assert.That(output, Is.EqualTo(data));
    }

    [Test]
    public async Task Our_xz_streams_have_a_CRC_32_and_a_small_dictionary()
    {
        byte[] room = new byte[XzCodec.BoundOf(1 << 20)];
        int length = XzCodec.Encode(6, CodecSample.Make(1 << 20), room).Length;
        string packed = Write("data.xz", room[..length]);
        ProgramResult listed = await ProgramResult.OfAsync(TestPrograms.Xz(), ["--robot", "-l", "-vv", packed]);
        Assert.That(listed.ExitCode, Is.Zero, listed.Error);
        Assert.That(listed.Output, Does.Contain("CRC32").And.Contain("--lzma2=dict=1MiB"));
    }

    [Test]
    public async Task A_patch_is_what_zstd_calls_patch_from()
    {
        byte[] old = CodecSample.Make(2 << 20, seed: 3);
        byte[] data = CodecSample.Change(old, 4);
        string oldFile = Write("old", old);
        byte[] room = new byte[ZstdEncoder.BoundOf(data.Length)];
        using ZstdEncoder encoder = new();
        int length = encoder.Encode(9, data, old, room).Length;
        string patch = Write("patch.zst", room[..length]);
        Assert.That(
            await OutputAsync(TestPrograms.Zstd(), "-d", "-c", "--long=24", $"--patch-from={oldFile}", patch),
            Is.EqualTo(data));
        string dataFile = Write("data", data);
        byte[] theirs = await OutputAsync(
            TestPrograms.Zstd(), "-9", "-c", "--no-check", $"--patch-from={oldFile}", dataFile);
        byte[] output = new byte[data.Length];
        using ZstdDecoder decoder = new();
        Assert.That(decoder.Decode(theirs, old, output).Fault, Is.EqualTo(CodecFault.None));
        Assert.That(output, Is.EqualTo(data));
    }

    private static string Tool(Codec codec) => codec.Name switch
    {
        "zstd" => TestPrograms.Zstd(),
        "xz" => TestPrograms.Xz(),
        "bzip2" => TestPrograms.Bzip2(),
        _ => throw new ArgumentOutOfRangeException(nameof(codec), codec, "has no tool"),
    };

    private string Write(string name, byte[] content)
    {
        File.WriteAllBytes(_folder.File(name), content);
        return _folder.File(name);
    }

    // By the shell, since what comes out are bytes.
    private async Task<byte[]> OutputAsync(string program, params string[] arguments)
    {
        string output = _folder.File("output");
        ProgramResult result = await ProgramResult.OfAsync(
            "/bin/sh", ["-c", "out=$1; shift; exec \"$@\" >\"$out\"", "sh", output, program, .. arguments]);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        return await File.ReadAllBytesAsync(output);
    }
}
