using System.Text.Json.Nodes;
using CoreNode.Boot;
using CoreNode.Hosting.Boot;
using CoreNode.Tests.Cli;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Boot;

/// <summary>The commands of the boot stage's copies, on folders.</summary>
[TestFixture, Category("Unit")]
internal sealed class StageCommandsTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TestFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task A_boot_stage_goes_from_the_running_system_into_both_copies()
    {
        MakeUsr("1.5.0");
        Directory.CreateDirectory(_folder.File("boot/corenode/boot/a"));
        Say("quiet corenode.copy=a");
        string[] update = ["boot", "stage", "update", "--usr", _folder.File("usr"), "--boot", _folder.File("boot")];
        (int code, string output, string error) = await RunAsync(update);
        Assert.That((code, error), Is.EqualTo((0, "")));
        Assert.That(output, Does.StartWith("copy b is the boot stage of 1.5.0 now, with the kernel 6.1.0-test\n"));

        JsonNode report = await ShowAsync();
        Assert.That((string?)report["trial"], Is.EqualTo("waiting"));
        Assert.That((bool)report["copies"]![0]!["whole"]!, Is.False);
        Assert.That((bool)report["copies"]![1]!["whole"]!, Is.True);

        // The loader takes it away before it tries.
        StageCopies copies = new(
            new CoreNode.Platform.RealFiles(), _folder.File("boot/corenode/boot"), static _ => { });
        copies.WriteState(copies.ReadState() with { Trial = null });
        Say("quiet corenode.copy=b corenode.trial=b");
        (code, output, _) = await RunAsync(["boot", "stage", "accept", "--boot", _folder.File("boot")]);
        Assert.That((code, output), Is.EqualTo((0, "copy b has started this machine and comes first from now on\n"
            + "copy a was made from copy b: both are the boot stage of 1.5.0\n")));
        (_, output, _) = await RunAsync(["boot", "stage", "show", "--boot", _folder.File("boot")]);
        Assert.That(output, Is.EqualTo("""
            COPY STARTED VERSION KERNEL     STATE
            b    yes     1.5.0   6.1.0-test whole
            a    no      1.5.0   6.1.0-test whole

            """));
        (_, output, _) = await RunAsync(update);
        Assert.That(output, Is.EqualTo("both copies are the boot stage of 1.5.0\n"), "the same bytes each time");
    }

    [Test]
    public async Task Without_the_partition_or_with_a_system_that_nobody_signed_nothing_is_written()
    {
        MakeUsr("1.5.0");
        Say("");
        (int code, _, string error) = await RunAsync(["boot", "stage", "show", "--boot", _folder.File("none")]);
        Assert.That(code, Is.EqualTo(4));
        Assert.That(error, Does.Contain("mount the partition EFI-SYSTEM"));

        Directory.CreateDirectory(_folder.File("boot/corenode/boot"));
        Say("corenode.unsigned=1");
        (code, _, error) = await RunAsync(
            ["boot", "stage", "update", "--usr", _folder.File("usr"), "--boot", _folder.File("boot")]);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain("corenode.unsigned"));
        Assert.That(Directory.GetFileSystemEntries(_folder.File("boot/corenode/boot")), Is.Empty);
    }

    private async Task<JsonNode> ShowAsync()
    {
        (_, string output, _) = await RunAsync(["boot", "stage", "show", "--boot", _folder.File("boot"), "-o", "json"]);
        return JsonNode.Parse(output)!;
    }

    private void Say(string line) => File.WriteAllText(_folder.File("cmdline"), line + "\n");

    private async Task<(int Code, string Output, string Error)> RunAsync(string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = await CoreNode.Cli.CommandLine.RunAsAsync(
            "corenode", args,
            CliRun.Host(output, error) with { Boot = new BootOffice(_folder.File("cmdline")) });
        return (code, output.ToString(), error.ToString());
    }

    // What the archive is made of, in files of a few bytes.
    private void MakeUsr(string version)
    {
        Write("lib/os-release", $"NAME=\"CoreNode\"\nVERSION_ID={version}\nBOARD=cloud\n");
        Write("bin/corenode", "program");
        foreach (string name in new[]
        {
            "ld-linux-x86-64.so.2", "libc.so.6", "libm.so.6", "libcrypto.so.3", "libssl.so.3",
        })
        {
            Write($"lib/x86_64-linux-gnu/{name}", name);
        }

        Write("lib/modules/6.1.0-test/modules.dep", "");
        Write("lib/modules/6.1.0-test/modules.alias", "");
        Write("lib/corenode/boot/vmlinuz", "");
        File.WriteAllBytes(_folder.File("usr/lib/corenode/boot/vmlinuz"), TestStage.Kernel("6.1.0-test"));
    }

    private void Write(string path, string text)
    {
        string file = _folder.File($"usr/{path}");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
