using System.Text.Json.Nodes;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.EndToEnd.Reboots;

/// <summary>
/// `corenode doctor` at one of three native members says what keeps the other machines from updating.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
internal sealed class DoctorTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    private ClusterProcesses _cluster = null!;

    [SetUp]
    public async Task SetUp()
    {
        _cluster = await ClusterProcesses.StartAsync(new ClusterShape
        {
            Command = NodeProcess.Command,
            Own = static number =>
            [
                "--machine-id", Machine(number), .. number == 2 ? ["--reboot-strategy", "off"] : Array.Empty<string>(),
            ],
        });
        await _cluster.WaitForCommonLeaderAsync(s_deadline);
    }

    [TearDown]
    public ValueTask TearDown() => _cluster.DisposeAsync();

    [Test, CancelAfter(120_000)]
    public async Task Another_machines_finding_is_told_and_one_that_is_down_is_named()
    {
        JsonArray findings = await ExamineAsync();
        Assert.That(Find(findings, "m2", "reboots").Text, Does.Contain("the strategy is off"));
        Assert.That(Find(findings, "m2", "reboots").Level, Is.EqualTo("warning"));
        Assert.That(Find(findings, "m3", "machine").Text, Does.StartWith($"{Machine(3)}; corenode "));
        Assert.That(Find(findings, "m1", "quorum without this machine").Level, Is.EqualTo("ok"));
        Assert.That(Find(findings, "", "reboot lock").Text, Is.EqualTo("nobody holds it"));

        await _cluster.Members[2].KillAsync();
        await RunAsync("lock", "acquire", Machine(3), "--reason", "update");
        findings = await ExamineAsync();
        (string level, string text, string advice) = Find(findings, "m3", "machine");
        Assert.That(text, Does.StartWith("it does not answer: "));
        Assert.That(level, Is.EqualTo("warning"), "somebody who is not heard of has just taken the lock");
        Assert.That(advice, Does.Contain("corenode member remove "));
        Assert.That(Find(findings, "m2", "quorum without this machine").Level, Is.EqualTo("problem"));
        Assert.That(Find(findings, "", "reboot lock").Text, Does.Contain($"{Machine(3)} holds it since "));
    }

    private static string Machine(int number) => new((char)('0' + number), 32);

    private static (string Level, string Text, string Advice) Find(JsonArray findings, string machine, string what)
    {
        foreach (JsonNode? one in findings)
        {
            if ((string?)one!["what"] == what && ((string?)one["machine"] ?? "") == machine)
                return ((string)one["level"]!, (string)one["text"]!, (string)one["advice"]!);
        }

        Assert.Fail($"no finding of {what} at '{machine}': {findings}");
        throw new InvalidOperationException();
    }

    private async Task<JsonArray> ExamineAsync() =>
        JsonNode.Parse((await RunAsync("doctor", "-o", "json")).Output)!["findings"]!.AsArray();

    private async Task<ProgramResult> RunAsync(params string[] words)
    {
        string socket = $"unix://{_cluster.Members[0].Place.SocketPath}";
        ProgramResult result = await ProgramResult.OfAsync(
            TestPrograms.Corenode(), [.. words, "--endpoints", socket]);
        Assert.That(result.Output, Is.Not.Empty, result.Error);
        return result;
    }
}
