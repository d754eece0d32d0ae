using System.CommandLine;
using CoreNode.Tests.Cli;

namespace CoreNode.Tests.EndToEnd;

/// <summary>The Debian package: what is in it, and how it comes onto a machine and goes again.</summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
internal sealed class DebianPackageTests
{
    private static readonly string[] s_units =
        ["corenode", "corenode-store", "corenode-update-server", "corenode-provision"];

    private readonly TestFolder _folder = new();
    private string _package = "";

    [OneTimeSetUp]
    public async Task BuildAsync() => _package = await BuildAsync("one");

    [OneTimeTearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public async Task The_same_executable_gives_the_same_bytes()
    {
        string again = await BuildAsync("two");
        Assert.That(await File.ReadAllBytesAsync(again), Is.EqualTo(await File.ReadAllBytesAsync(_package)));
    }

    [Test]
    public async Task Lintian_finds_nothing()
    {
        ProgramResult found = await ProgramResult.OfAsync(
            TestPrograms.Lintian(), ["--allow-root", "--tag-display-limit", "0", _package]);
        Assert.That((found.ExitCode, found.Output.Trim()), Is.EqualTo((0, "")), found.Error);
    }

    [Test]
    public async Task The_manual_page_has_every_command_and_option_and_no_mistakes()
    {
        string root = await UnpackedAsync();
        ProgramResult page = await ProgramResult.OfAsync(
            TestPrograms.Man(),
            ["--warnings", "-E", "UTF-8", "-l", Path.Combine(root, "usr/share/man/man1/corenode.1.gz")],
            new Dictionary<string, string> { ["MANWIDTH"] = "120", ["LC_ALL"] = "C.UTF-8" });
        Assert.That((page.ExitCode, page.Error), Is.EqualTo((0, "")));
        List<string> missing = [];
        AddMissing(HelpTests.Root(), "corenode", page.Output, missing);
        Assert.That(missing, Is.Empty);
    }

    [TestCase("bash", "usr/share/bash-completion/completions/corenode")]
    [TestCase("zsh", "usr/share/zsh/vendor-completions/_corenode")]
    [TestCase("fish", "usr/share/fish/vendor_completions.d/corenode.fish")]
    public async Task Completions_are_those_of_the_executable(string shell, string file)
    {
        string root = await UnpackedAsync();
        ProgramResult script = await ProgramResult.OfAsync(TestPrograms.Corenode(), ["completion", shell]);
        Assert.That(await File.ReadAllTextAsync(Path.Combine(root, file)), Is.EqualTo(script.Output).And.Not.Empty);
    }

    [Test]
    public async Task Installed_it_runs_and_enables_nothing_and_purged_it_leaves_nothing()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Ignore("installing needs root");
        string root = _folder.File("machine");
        foreach (string folder in (string[])["var/lib/dpkg/info", "var/lib/dpkg/updates", "etc"])
            Directory.CreateDirectory(Path.Combine(root, folder));
        await File.WriteAllTextAsync(Path.Combine(root, "var/lib/dpkg/status"), "");
        await DpkgAsync(root, "--install", _package);
        ProgramResult version = await ProgramResult.OfAsync(Path.Combine(root, "usr/bin/corenode"), ["version"]);
        Assert.That(version.Output, Does.StartWith("corenode "), version.Error);
        Assert.That(await File.ReadAllTextAsync(Path.Combine(root, "etc/passwd")), Does.Contain("corenode:x:"));
        Assert.That(Below(root, "etc/systemd"), Is.Empty, "enabled");
        foreach (string unit in s_units)
        {
            string installed = Path.Combine(root, $"usr/lib/systemd/system/{unit}.service");
            Assert.That(
                await File.ReadAllTextAsync(installed),
                Is.EqualTo(await File.ReadAllTextAsync(Repository.File($"packaging/{unit}.service"))));
        }

        // What an administrator and the node have made.
        string wants = Path.Combine(root, "etc/systemd/system/multi-user.target.wants");
        await RunAsync("systemctl", [$"--root={root}", "enable", "corenode.service"]);
        Assert.That(Directory.GetFileSystemEntries(wants), Has.Length.EqualTo(1));
        await DpkgAsync(root, "--install", _package);
        Assert.That(Directory.GetFileSystemEntries(wants), Has.Length.EqualTo(1), "after an upgrade");
        Directory.CreateDirectory(Path.Combine(root, "var/lib/corenode/wal"));
        Directory.CreateDirectory(Path.Combine(root, "var/lib/corenode-updates"));
        await DpkgAsync(root, "--remove", "corenode");
        Assert.That(Directory.Exists(Path.Combine(root, "var/lib/corenode/wal")), "data after a removal");
        Assert.That(File.Exists(Path.Combine(root, "etc/default/corenode")), "configuration after a removal");
        await DpkgAsync(root, "--purge", "corenode");
        string[] left =
        [
            .. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(root, file))
                .Where(file => !file.StartsWith("var/lib/dpkg/", StringComparison.Ordinal)
                    && file is not ("etc/passwd" or "etc/group" or "etc/shadow" or "etc/gshadow" or "etc/.pwd.lock")),
        ];
        Assert.That(left, Is.Empty);
        Assert.That(Directory.Exists(Path.Combine(root, "var/lib/corenode")), Is.False);
        Assert.That(Directory.Exists(Path.Combine(root, "var/lib/corenode-updates")), Is.False);
    }

    private static void AddMissing(Command command, string path, string page, List<string> missing)
    {
        if (!page.Contains(path, StringComparison.Ordinal))
            missing.Add(path);
        foreach (Option option in command.Options)
        {
            if (!option.Hidden && !page.Contains($"{option.Name}", StringComparison.Ordinal))
                missing.Add($"{path} {option.Name}");
        }

        foreach (Command child in command.Subcommands)
            AddMissing(child, $"{path} {child.Name}", page, missing);
    }

    private static string[] Below(string root, string folder)
    {
        string path = Path.Combine(root, folder);
        return Directory.Exists(path) ? Directory.GetFiles(path, "*", SearchOption.AllDirectories) : [];
    }

    private async Task<string> BuildAsync(string folder)
    {
        string made = _folder.File(folder);
        TestPrograms.Dpkg();
        ProgramResult built = await ProgramResult.OfAsync(
            "/bin/bash",
            [Repository.File("packaging/deb/build.sh"), made],
            new Dictionary<string, string> { ["CORENODE_BINARY"] = Path.GetFullPath(TestPrograms.Corenode()) });
        Assert.That(built.ExitCode, Is.Zero, built.Error);
        return Directory.GetFiles(made, "corenode_*_amd64.deb").Single();
    }

    private async Task<string> UnpackedAsync()
    {
        string root = _folder.File("unpacked");
        if (!Directory.Exists(root))
            await RunAsync("dpkg-deb", ["--extract", _package, root]);
        return root;
    }

    // Its scripts run outside of the folder and are told of it by DPKG_ROOT, so nothing else need be in there.
    private static Task DpkgAsync(string root, params string[] order) => RunAsync(
        TestPrograms.Dpkg(),
        [$"--root={root}", "--force-script-chrootless", "--force-depends", "--no-triggers", .. order]);

    private static async Task RunAsync(string program, IEnumerable<string> arguments)
    {
        ProgramResult result = await ProgramResult.OfAsync(program, arguments);
        Assert.That(result.ExitCode, Is.Zero, result.Output + result.Error);
    }
}
