using CoreNode.Tests.Api;

namespace CoreNode.Tests.EndToEnd.Units;

/// <summary>
/// Every command of fleetctl 1.0.0 that speaks to the API, replayed against the native binary with real units: over TCP
/// and over the socket that fleetctl looks for (--fleet-socket). Each file of Transcripts is a test.
/// </summary>
[TestFixture(true), TestFixture(false), Category("EndToEnd"), Category("Native"), CancelAfter(300_000)]
[Parallelizable(ParallelScope.Self)]
internal sealed class FleetctlTranscriptTests(bool isSocket)
{
    private static readonly string s_folder = Repository.File("CoreNode.Tests/EndToEnd/Units/Transcripts");

    private UnitCluster _cluster = null!;
    private TestFolder _folder = null!;

    public static IEnumerable<string> Transcripts() => Directory
        .EnumerateFiles(s_folder, "*.txt").Select(static path => Path.GetFileNameWithoutExtension(path)!)
        .Order(StringComparer.Ordinal);

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TestFolder();
        _cluster = await UnitCluster.StartAsync(
            2, number => number == 1 ? ["--fleet-socket", _folder.File("fleet.sock")] : []);
        await _cluster.UntilAsync(
            async () => (await _cluster.GetAsync("/fleet/v1/machines"))["machines"]?.AsArray().Count == 2,
            "both machines are there");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
        _folder.Dispose();
    }

    [TestCaseSource(nameof(Transcripts))]
    public async Task A_command_gets_what_it_waits_for(string transcript)
    {
        Uri url = new(_cluster.AdminUrl(1));
        FleetctlTranscript player = isSocket
            ? new(_cluster, () => RawClient.OpenAsync(_folder.File("fleet.sock")), "domain-sock")
            : new(_cluster, () => RawClient.OpenAsync(url), url.Authority);
        await player.PlayAsync(await File.ReadAllLinesAsync(Path.Combine(s_folder, transcript + ".txt")));
    }

    [Test]
    public void There_is_a_transcript_for_every_command() => Assert.That(
        Transcripts().SelectMany(static name => File.ReadLines(Path.Combine(s_folder, name + ".txt")))
            .Where(static line => line.StartsWith("fleetctl ", StringComparison.Ordinal))
            .Select(static line => line.Split(' ')[1]).Distinct().Order(StringComparer.Ordinal),
        Is.EqualTo(new[]
        {
            "cat", "destroy", "journal", "list-machines", "list-unit-files", "list-units", "load", "restart", "ssh",
            "start", "status", "stop", "submit", "unload",
        }));
}
