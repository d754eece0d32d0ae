namespace CoreNode.Tests.EndToEnd.Image;

/// <summary>How the image is built: the same each time, and with a reason where it is not.</summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
internal sealed class ImageBuildTests
{
    private static readonly string[] _made = ["usr", "payload", "vmlinuz", "initrd", "raw", "qcow2", "manifest"];

    [Test]
    public async Task A_second_build_gives_the_same_bytes()
    {
        BuiltImage image = BuiltImage.Find();
        using TestFolder folder = new();
        using RunningProgram build = RunningProgram.Start(
            "bash",
            [
                Repository.File("packaging/image/build.sh"), "-o", folder.Path, "--key", image.Key,
                "--version", image.Version,
            ]);
        int code = await build.WaitForExitAsync(TimeSpan.FromMinutes(10));
        Assert.That(code, Is.Zero, build.StandardError + build.StandardOutput);
        foreach (string kind in _made)
        {
            ProgramResult compared = await ProgramResult.OfAsync(
                "cmp", [image.File(kind), folder.File($"corenode-{BuiltImage.Board}.{kind}")]);
            Assert.That(compared.ExitCode, Is.Zero, compared.Output + compared.Error);
        }
    }

    [Test]
    public async Task What_it_was_built_with_and_the_licences_of_all_of_it_are_beside_it()
    {
        BuiltImage image = BuiltImage.Find();
        string[] manifest = await File.ReadAllLinesAsync(image.File("manifest"));
        foreach (string tool in new[] { "erofs-utils", "grub-pc-bin", "mtools", "zstd" })
            Assert.That(manifest, Has.One.Match($"^tool {tool}=[0-9]"));
        ProgramResult listed = await ProgramResult.OfAsync("tar", ["-tf", image.File("licenses.tar.zst")]);
        Assert.That(listed.ExitCode, Is.Zero, listed.Error);
        foreach (string part in new[] { "corenode", "grub-efi-amd64-bin", "grub-pc-bin", "podman", "systemd" })
            Assert.That(listed.Output, Does.Contain($"doc/{part}/copyright\n"));
        Assert.That(Directory.GetDirectories(image.Folder), Is.Empty, "what it was made in is gone");
    }

    [TestCase("--board", "toaster", "there is no board toaster")]
    [TestCase("--key", "/nowhere/release.key", "release.pub.pem is missing")]
    public async Task What_it_cannot_do_is_told(string option, string value, string reason)
    {
        using TestFolder folder = new();
        ProgramResult result = await ProgramResult.OfAsync(
            "bash",
            [Repository.File("packaging/image/build.sh"), "-o", folder.Path, option, value],
            new Dictionary<string, string> { ["CORENODE_BINARY"] = TestPrograms.Corenode() });
        Assert.That(result.ExitCode, Is.Not.Zero);
        Assert.That(result.Error, Does.Contain(reason));
    }

    [TestCase("cloud")]
    [TestCase("metal")]
    public async Task Every_package_is_pinned_by_version_and_hash(string board)
    {
        string[] lines = [.. (await File.ReadAllLinesAsync(Repository.File($"packaging/image/packages.{board}.list")))
            .Where(line => !line.StartsWith('#'))];
        Assert.That(lines, Has.All.Match("^[a-z0-9][a-z0-9.+-]+=[0-9A-Za-z.+:~-]+ [0-9a-f]{64}$"));
        Assert.That(lines, Is.Unique.And.Length.GreaterThan(100));
        Assert.That(lines, Has.One.StartWith("linux-image-"));
        Assert.That(lines, Has.None.StartWith("firmware-"));
    }
}
