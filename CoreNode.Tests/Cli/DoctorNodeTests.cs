using CoreNode.Tests.Api;

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
    public async Task Of_several_nodes_each_has_its_lines()
    {
        await using ApiHarness node = await ApiHarness.StartAsync();
        string good = node.Url.GetLeftPart(UriPartial.Authority);
        CliRun run = await CliRun.OfAsync(["doctor", "--endpoints", $"{good},http://127.0.0.1:1"]);
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Output, Does.Match($"ok +node {good} ").And.Match("problem +node http://127.0.0.1:1 +conn"));
    }
}
