using CoreNode.Tests.Cli;
using CoreNode.Tests.Platform.Codecs;

namespace CoreNode.Tests.EndToEnd;

/// <summary>The native executable packs and signs by itself.</summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
internal sealed class NativePayloadTests
{
    private static readonly Dictionary<string, string> s_loader = new() { ["LD_DEBUG"] = "libs" };

    private TestFolder _folder = null!;

    [SetUp]
    public async Task SetUp()
    {
        _folder = new TestFolder();
        byte[] old = CodecSample.Make(6 << 20);
        await File.WriteAllBytesAsync(_folder.File("old.img"), old);
        await File.WriteAllBytesAsync(_folder.File("new.img"), CodecSample.Change(old, 2)[..(5 << 20)]);
        ProgramResult key = await RunAsync("key", "new", _folder.File("a.key"), "--type", "rsa-2048");
        Assert.That(key.ExitCode, Is.Zero, key.Error);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase("zstd")]
    [TestCase("xz")]
    [TestCase("bzip2")]
    public async Task Payloads_are_those_of_the_managed_build_and_no_library_is_opened_for_them(string packer)
    {
        string[] order =
        [
            "payload", "create", _folder.File("new.img"), "--key", _folder.File("a.key"), "--packer", packer, "--force",
        ];
        ProgramResult made = await ProgramResult.OfAsync(TestPrograms.Corenode(), order, s_loader);
        Assert.That(made.ExitCode, Is.Zero, made.Error);
        // It does tell what it opens; libssl is for the signature.
        Assert.That(made.Error, Does.Contain("libssl"));
        Assert.That(made.Error, Does.Not.Contain("libzstd").And.Not.Contain("liblzma").And.Not.Contain("libbz2"));
        byte[] native = await File.ReadAllBytesAsync(_folder.File("new.img.payload"));
        CliRun managed = await CliRun.OfAsync(order);
        Assert.That(managed.ExitCode, Is.Zero, managed.Error);
        Assert.That(await File.ReadAllBytesAsync(_folder.File("new.img.payload")), Is.EqualTo(native));
    }

    [Test]
    public async Task A_delta_is_made_and_verified()
    {
        ProgramResult made = await RunAsync(
            "payload", "create", _folder.File("new.img"), "--from", _folder.File("old.img"), "--key",
            _folder.File("a.key"), "--version", "1.4.1");
        Assert.That(made.ExitCode, Is.Zero, made.Error);
        Assert.That(made.Output, Does.Contain("PATCH"));
        ProgramResult verified = await RunAsync(
            "payload", "verify", _folder.File("new.img.payload"), "--key", _folder.File("a.pub.pem"));
        Assert.That(verified.ExitCode, Is.Zero, verified.Error);
    }

    private static Task<ProgramResult> RunAsync(params string[] args) =>
        ProgramResult.OfAsync(TestPrograms.Corenode(), args);
}
