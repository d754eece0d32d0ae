using CoreNode.Tests.Api.Client;

namespace CoreNode.Tests.Cli.Units;

/// <summary>What a wait takes for the end, before a node whose every answer is known.</summary>
[TestFixture, Category("Unit"), CancelAfter(60_000)]
internal sealed class UnitWaitTests
{
    private const string Machine = "1315e07d00000000000000000000abcd";

    private readonly Queue<string> _states = new();

    [SetUp]
    public void SetUp() => _states.Clear();

    [Test]
    public async Task A_unit_that_was_stopped_before_is_not_taken_for_one_that_is_through()
    {
        Answer("launched", Place("inactive", "dead", "success"), Place("activating", "start", ""),
            Place("active", "running", "success"));
        CliRun run = await StartAsync();
        Assert.That(run.Output, Is.EqualTo("web.service launched on 1315e07d/10.0.0.3 (active, running)\n"));
    }

    [Test]
    public async Task A_oneshot_that_is_through_has_arrived()
    {
        Answer("launched", Place("activating", "start", ""), Place("inactive", "dead", "success"));
        CliRun run = await StartAsync();
        Assert.That(run.Output, Is.EqualTo("web.service launched on 1315e07d/10.0.0.3 (inactive, dead)\n"));
    }

    [Test]
    public async Task A_service_that_ends_as_soon_as_it_runs_has_failed()
    {
        string now = DateTimeOffset.UtcNow.ToString("O", System.Globalization.CultureInfo.InvariantCulture);
        Answer("launched", Place("active", "running", "success", now), Place("failed", "failed", "exit-code"));
        CliRun run = await StartAsync();
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.StartWith(
            "web.service failed on 1315e07d/10.0.0.3: its process ended with an error (exit-code)\n"));
    }

    [Test]
    public async Task A_node_that_cannot_answer_for_a_moment_does_not_end_the_wait()
    {
        _states.Enqueue("");
        Answer("launched", Place("active", "running", "success"));
        CliRun run = await StartAsync();
        Assert.That(run.ExitCode, Is.Zero, run.Error);
    }

    private void Answer(string current, params string[] places)
    {
        foreach (string place in places)
            _states.Enqueue(Unit(current, place));
    }

    private static string Unit(string current, string place) =>
        $$"""{"name":"web.service","desiredState":"launched","currentState":"{{current}}","machines":[{{place}}]}""";

    private static string Place(string active, string sub, string result, string since = "") =>
        $$"""{"id":"{{Machine}}","ip":"10.0.0.3","load":"loaded","active":"{{active}}","sub":"{{sub}}","""
        + $$""" "result":"{{result}}","since":"{{since}}"}""";

    private async Task<CliRun> StartAsync()
    {
        await using ScriptedServer server = ScriptedServer.Start(request =>
        {
            if (request.Target.Contains("units?", StringComparison.Ordinal))
            {
                // The last answer stays.
                string unit = _states.Count > 1 ? _states.Dequeue() : _states.Peek();
                return unit.Length == 0
                    ? (503, """{"message":"not now"}""", 0ul)
                    : (200, $$"""{"index":7,"units":[{{unit}}]}""", 0ul);
            }

            return request.Method == "POST"
                ? (200, """{"index":7,"results":[{"name":"web.service","status":200}]}""", 0ul)
                : (200, Unit("loaded", Place("inactive", "dead", "success")), 0ul);
        });
        return await CliRun.OfAsync(["unit", "start", "web", "--wait", "20"], endpoints: server.Endpoint);
    }
}
