namespace CoreNode.Tests.EndToEnd;

/// <summary>systemd accepts packaging/corenode.service without a complaint.</summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
internal sealed class ServiceUnitTests
{
    private const string InstalledBinary = "/usr/bin/corenode";

    [Test]
    public async Task Systemd_finds_nothing_wrong_with_the_unit()
    {
        string analyze = TestPrograms.SystemdAnalyze();
        using TestFolder folder = new();
        string unit = await File.ReadAllTextAsync(Repository.File("packaging/corenode.service"));
        Assert.That(unit, Does.Contain(InstalledBinary));
        string copy = folder.File("corenode.service");
        string here = unit.Replace(InstalledBinary, TestPrograms.Corenode(), StringComparison.Ordinal);
        await File.WriteAllTextAsync(copy, here);
        ProgramResult result = await ProgramResult.OfAsync(analyze, ["verify", "--man=no", copy]);
        string complaints = string.Join('\n', $"{result.Output}{result.Error}".Split('\n')
            .Where(line => line.Contains("corenode", StringComparison.Ordinal)));
        Assert.That(complaints, Is.Empty);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
    }
}
