using System.Globalization;
using CoreNode.Tests.Architecture;

namespace CoreNode.Tests.EndToEnd;

/// <summary>What systemd thinks of packaging's units and users.</summary>
[TestFixture, Category("EndToEnd")]
internal sealed class ServiceUnitTests
{
    private const string InstalledBinary = "/usr/bin/corenode";

    [TestCase("corenode.service")]
    [TestCase("corenode-store.service")]
    [TestCase("corenode-update-server.service")]
    [TestCase("corenode-provision.service")]
    public async Task Systemd_finds_nothing_wrong_with_the_unit(string unit)
    {
        using TestFolder folder = new();
        string copy = await CopyAsync(folder, unit);
        ProgramResult result = await ProgramResult.OfAsync(
            TestPrograms.SystemdAnalyze(), ["verify", "--man=no", copy]);
        string complaints = string.Join('\n', $"{result.Output}{result.Error}".Split('\n')
            .Where(line => line.Contains("corenode", StringComparison.Ordinal)));
        Assert.That(complaints, Is.Empty);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
    }

    [TestCase("corenode.service")]
    [TestCase("corenode-store.service")]
    [TestCase("corenode-update-server.service")]
    [TestCase("corenode-provision.service")]
    public async Task The_unit_is_no_more_exposed_than_the_document_says(string unit)
    {
        string documented = MarkdownTable.Read(await File.ReadAllTextAsync(Repository.File("docs/security.md")), "Unit")
            .Single(row => row[0] == $"packaging/{unit}")[^1];
        double limit = double.Parse(documented, CultureInfo.InvariantCulture);
        using TestFolder folder = new();
        string copy = await CopyAsync(folder, unit);
        string threshold = string.Create(CultureInfo.InvariantCulture, $"--threshold={limit * 10:0}");
        ProgramResult result = await ProgramResult.OfAsync(
            TestPrograms.SystemdAnalyze(),
            ["security", "--offline=yes", threshold, "--no-pager", copy]);
        string level = result.Output.Split('\n')
            .LastOrDefault(line => line.Contains("Overall", StringComparison.Ordinal)) ?? result.Error;
        TestContext.Out.WriteLine(level);
        Assert.That(level, Does.Contain("exposure level"));
        Assert.That(result.ExitCode, Is.Zero, level);
    }

    [Test]
    public async Task Users_and_groups_are_made_as_the_units_want_them()
    {
        using TestFolder folder = new();
        Directory.CreateDirectory(folder.File("etc"));
        ProgramResult result = await ProgramResult.OfAsync(
            TestPrograms.SystemdSysusers(), [$"--root={folder.Path}", Repository.File("packaging/corenode.sysusers")]);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(
            await File.ReadAllTextAsync(folder.File("etc/passwd")),
            Does.Match("^corenode:x:[0-9]+:[0-9]+:CoreNode:/var/lib/corenode:/usr/sbin/nologin\n$"));
        Assert.That(await File.ReadAllTextAsync(folder.File("etc/group")), Does.Match("^corenode:x:[0-9]+:\n$"));
    }

    // systemd-analyze looks whether the program is there; what it thinks of the rest does not depend on it.
    private static async Task<string> CopyAsync(TestFolder folder, string unit)
    {
        string text = await File.ReadAllTextAsync(Repository.File($"packaging/{unit}"));
        Assert.That(text, Does.Match($"\nExecStart={InstalledBinary} (node|update-server serve|config apply)"));
        string copy = folder.File(unit);
        await File.WriteAllTextAsync(copy, text.Replace(InstalledBinary, "/bin/true", StringComparison.Ordinal));
        return copy;
    }
}
