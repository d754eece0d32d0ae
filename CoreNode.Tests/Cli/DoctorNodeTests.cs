using CoreNode.Tests.Api;
using CoreNode.Tests.Api.Updates;
using CoreNode.Updates.Desk;

namespace CoreNode.Tests.Cli;

/// <summary>What doctor says of a node that answers.</summary>
[TestFixture, Category("Unit")]
internal sealed class DoctorNodeTests
{
    [Test]
    public async Task A_node_that_is_well_is_ok_and_so_is_its_clock()
    {
        await using ApiHarness node = await ApiHarness.StartAsync();
        CliRun run = await CliRun.OfAsync(["doctor"], endpoints: node.Url.GetLeftPart(UriPartial.Authority));
        Assert.That(run.Output, Does.Match("ok +node http://127.0.0.1:[0-9]+ +member \\w+ is healthy \\(").And.Match(
            "ok +clock of member \\w+ +[0-9.]+ s ahead of most members"));
    }

    [Test]
    public async Task What_the_node_finds_of_its_updates_is_told_with_what_to_do()
    {
        await using UpdateHarness node = await UpdateHarness.StartAsync();
        node.Findings.Add(UpdateFinding.Ok("update server", "https://u, group \"beta\""));
        node.Findings.Add(UpdateFinding.Warning("last update", "it broke", "corenode update history"));
        node.Findings.Add(UpdateFinding.Problem("update keys", "/keys holds none", "put one there"));
        CliRun run = await CliRun.OfAsync(["doctor"], endpoints: node.Endpoint);
        Assert.That(run.ExitCode, Is.EqualTo(1), run.Error);
        Assert.That(run.Output, Does.Match("\nok +update server +https://u, group \"beta\"\n").And.Match(
            "\nwarning +last update +it broke: corenode update history\n").And.Match(
            "\nproblem +update keys +/keys holds none: put one there\n"));
    }

    [Test]
    public async Task What_other_machines_find_stands_below_their_names()
    {
        await using UpdateHarness node = await UpdateHarness.StartAsync();
        node.ClusterFindings.Add(UpdateFinding.Ok("reboot lock", "nobody holds it"));
        node.ClusterFindings.Add(
            UpdateFinding.Problem("machine", "it does not answer", "look there") with { Machine = "m3" });
        CliRun run = await CliRun.OfAsync(["doctor"], endpoints: node.Endpoint);
        Assert.That(run.ExitCode, Is.EqualTo(1), run.Error);
        Assert.That(run.Output, Does.Match(
            "\nok +reboot lock +nobody holds it\n\nmachine m3:\nproblem +machine +it does not answer: look there\n"));
        run = await CliRun.OfAsync(["doctor", "-o", "json"], endpoints: node.Endpoint);
        Assert.That(run.Output, Does.Contain("""{"level":"problem","machine":"m3","what":"machine","text":"it does"""));
        Assert.That(run.Output, Does.Contain("""{"level":"ok","what":"reboot lock","""));
        RawAnswer alone = await node.AskAsync("GET", "/corenode/v1/update/doctor");
        Assert.That(alone.Body, Does.Contain("{\"findings\":[]}"), "of the machine alone");
    }

    [Test]
    public async Task Who_may_not_ask_about_updates_is_told_so()
    {
        await using UpdateHarness node = await UpdateHarness.StartAsync();
        string client = node.Api.Url.GetLeftPart(UriPartial.Authority);
        CliRun run = await CliRun.OfAsync(["doctor"], endpoints: client);
        Assert.That(run.Output, Does.Match("\nwarning +machines +their updates and reboots were not looked at: "));
    }

    [Test]
    public async Task Of_several_nodes_each_has_its_lines()
    {
        await using ApiHarness node = await ApiHarness.StartAsync();
        string good = node.Url.GetLeftPart(UriPartial.Authority);
        CliRun run = await CliRun.OfAsync(["doctor", "--endpoints", $"{good},http://127.0.0.1:1"]);
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Output, Does.Match($"ok +node {good} ").And.Match("problem +node http://127.0.0.1:1 +conn"));
    }
}
