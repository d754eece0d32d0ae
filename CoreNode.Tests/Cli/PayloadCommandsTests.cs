using System.Text.Json.Nodes;
using CoreNode.Cli;
using CoreNode.Cli.Payloads;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Platform.Codecs;

namespace CoreNode.Tests.Cli;

/// <summary>payload create, verify and inspect, as they are typed.</summary>
[TestFixture, Category("Unit")]
internal sealed class PayloadCommandsTests
{
    private TestFolder _made = null!;
    private TestFolder _folder = null!;

    [OneTimeSetUp]
    public async Task MakeImagesAndKeys()
    {
        _made = new TestFolder();
        byte[] old = CodecSample.Make(6 << 20);
        await File.WriteAllBytesAsync(_made.File("old.img"), old);
        await File.WriteAllBytesAsync(_made.File("new.img"), CodecSample.Change(old, 2)[..(5 << 20)]);
        await File.WriteAllBytesAsync(_made.File("vmlinuz"), CodecSample.Make(100_000, seed: 3));
        await RunAsync("key", "new", _made.File("a.key"), "--type", "rsa-2048");
        await RunAsync("key", "new", _made.File("b.key"), "--type", "ecdsa-p256");
    }

    [OneTimeTearDown]
    public void RemoveThem() => _made.Dispose();

    [SetUp]
    public void SetUp()
    {
        _folder = new TestFolder();
        foreach (string file in Directory.GetFiles(_made.Path))
            File.Copy(file, _folder.File(Path.GetFileName(file)));
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task A_payload_is_made_shown_and_verified()
    {
        CliRun made = await CreateAsync(
            "--kernel", _folder.File("vmlinuz"), "--key", _folder.File("a.key"), "--key", _folder.File("b.key"),
            "--version", "1.4.0", "--expires", "2099-06-30", "--board", "amd64-usr");
        Assert.That(made.ExitCode, Is.Zero, made.Error);
        Assert.That(made.Output, Does.StartWith($"{_folder.Path}/new.img.payload: ")
            .And.Contain("bytes, full, version 2.0\n")
            .And.Contain("  release     1.4.0, counter 1000004000000\n")
            .And.Contain("  expires     2099-07-01T00:00:00Z\n")
            .And.Contain("  board       amd64-usr\n")
            .And.Contain("  image       root: 5242880 bytes, sha256 ")
            .And.Contain("  image       kernel: 100000 bytes, sha256 "));
        foreach (string key in new[] { "a.pub.pem", "b.pub.pem" })
        {
            CliRun verified = await VerifyAsync(key);
            Assert.That(verified.ExitCode, Is.Zero, verified.Error);
            string[] lines = verified.Output.Split('\n');
            Assert.That(lines.Count(line => line.Contains(" bytes by ", StringComparison.Ordinal)), Is.EqualTo(1));
        }

        CliRun json = await RunAsync("-o", "json", "payload", "inspect", _folder.File("new.img.payload"));
        JsonNode page = JsonNode.Parse(json.Output)!;
        Assert.That((string?)page["release"]!["version"], Is.EqualTo("1.4.0"));
        Assert.That(page["signatures"]!.AsArray(), Has.Count.EqualTo(2));
        Assert.That((long?)page["bytes"], Is.EqualTo(new FileInfo(_folder.File("new.img.payload")).Length));
        Assert.That(Directory.GetFiles(_folder.Path, "new.img.payload*"), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task A_delta_is_small_and_the_same_however_many_threads_make_it()
    {
        string[] order = ["--from", _folder.File("old.img"), "--key", _folder.File("a.key"), "--version", "1.4.1"];
        CliRun made = await CreateAsync([.. order, "--threads", "1"]);
        Assert.That(made.ExitCode, Is.Zero, made.Error);
        Assert.That(made.Output, Does.Contain("delta, version 2.1000").And.Contain("    made from sha256 "));
        byte[] first = await File.ReadAllBytesAsync(_folder.File("new.img.payload"));
        Assert.That(first, Has.Length.LessThan(1 << 20));
        CliRun again = await CreateAsync([.. order, "--threads", "3", "--force"]);
        Assert.That(again.ExitCode, Is.Zero, again.Error);
        Assert.That(await File.ReadAllBytesAsync(_folder.File("new.img.payload")), Is.EqualTo(first));
        Assert.That((await VerifyAsync("a.pub.pem")).ExitCode, Is.Zero);
    }

    [Test]
    public async Task Other_keys_changed_bytes_and_no_key_are_refused()
    {
        await CreateAsync("--key", _folder.File("a.key"));
        string payload = _folder.File("new.img.payload");
        CliRun other = await VerifyAsync("b.pub.pem");
        Assert.That((other.ExitCode, other.Error.EndsWith("(error 26)\n", StringComparison.Ordinal)),
            Is.EqualTo((1, true)), other.Error);
        CliRun none = await RunAsync("payload", "verify", payload, "--key", _folder.File("absent"));
        Assert.That(none.Error, Does.StartWith($"{_folder.Path}/absent holds no key: nothing can be verified"));
        byte[] bytes = await File.ReadAllBytesAsync(payload);
        bytes[^1000] ^= 1;
        await File.WriteAllBytesAsync(payload, bytes);
        CliRun changed = await VerifyAsync("a.pub.pem");
        Assert.That(changed.ExitCode, Is.EqualTo(1));
        Assert.That(changed.Error, Does.Match(@"\(error (29|12)\)\n$"));
        await File.WriteAllTextAsync(payload, "<html>404</html>");
        CliRun html = await RunAsync("payload", "inspect", payload);
        Assert.That(html.Error, Does.EndWith("does not begin with CrAU (error 21)\n"));
    }

    [Test]
    public async Task A_payload_without_a_key_is_made_with_a_warning()
    {
        CliRun made = await CreateAsync();
        Assert.That(made.ExitCode, Is.Zero, made.Error);
        Assert.That(made.Error, Is.EqualTo(
            $"{_folder.Path}/new.img.payload is not signed: no machine takes it (see --key)\n"));
        Assert.That(made.Output, Does.Contain("signature   none"));
        CliRun again = await CreateAsync();
        Assert.That(again.Error, Is.EqualTo(
            $"{_folder.Path}/new.img.payload is there already; --force replaces it\n"));
    }

    [Test]
    public async Task A_stopped_creation_leaves_nothing_behind()
    {
        using CancellationTokenSource stopped = new();
        await stopped.CancelAsync();
        using StringWriter output = new();
        using StringWriter error = new();
        CliHost host = CliRun.Host(output, error) with { Cancellation = stopped.Token };
        int code = await CommandLine.RunAsync(["payload", "create", _folder.File("new.img")], host);
        Assert.That((code, error.ToString()), Is.EqualTo((1,
            $"stopped: {_folder.Path}/new.img.payload was not made\n")));
        Assert.That(Directory.GetFiles(_folder.Path, "new.img*"), Has.Length.EqualTo(1));
    }

    [TestCase("--counter is needed: version '1.4' does not begin with three numbers", "--version", "1.4")]
    [TestCase("--board takes up to 128 plain characters without spaces", "--board", "my board")]
    [TestCase("--packer is one of zstd, xz, bzip2, not 'lzma'", "--packer", "lzma")]
    [TestCase("--expires is a day such as 2027-06-30, not 'soon'", "--expires", "soon")]
    [TestCase("--verity-root is a hash in hexadecimal", "--verity-root", "12zz")]
    [TestCase("--threads takes a whole number up to 64, not '65'", "--threads", "65")]
    public async Task What_was_typed_wrong_is_said(string complaint, params string[] words)
    {
        CliRun run = await CreateAsync(words);
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.StartWith(complaint));
    }

    [TestCase("1.4.0", 1_000_004_000_000ul)]
    [TestCase("3850.0.1-beta+7", 3_850_000_000_000_001ul)]
    [TestCase("0.0.0", 0ul)]
    [TestCase("1.4", null)]
    [TestCase("1.4.1000000", null)]
    [TestCase("a.b.c", null)]
    public void A_version_stands_for_a_counter(string version, ulong? counter) =>
        Assert.That(PayloadCreateCommand.CounterOf(version), Is.EqualTo(counter));

    [Test]
    public void Progress_shows_share_speed_and_time_left()
    {
        Assert.That(
            ProgressLine.Line("packing", 12_500_000, 50_000_000, TimeSpan.FromSeconds(0.5)),
            Is.EqualTo("packing [######                  ] 25 %, 12.5 of 50.0 MB, 25.0 MB/s, 2 s left"));
        Assert.That(
            ProgressLine.Line("reading", 0, 0, TimeSpan.Zero),
            Is.EqualTo($"reading [{new string('#', 24)}] 100 %, 0.0 of 0.0 MB"));
    }

    private static Task<CliRun> RunAsync(params string[] args) => CliRun.OfAsync(args);

    private Task<CliRun> CreateAsync(params string[] more) =>
        CliRun.OfAsync(["payload", "create", _folder.File("new.img"), .. more]);

    private Task<CliRun> VerifyAsync(string key) =>
        CliRun.OfAsync(["payload", "verify", _folder.File("new.img.payload"), "--key", _folder.File(key)]);
}
