using CoreNode.Cli;
using CoreNode.Cli.Images;
using CoreNode.Tests.Api.Client;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Cli;

/// <summary>corenode factory-reset, as it is typed.</summary>
[TestFixture, Category("Unit")]
internal sealed class ResetCommandTests
{
    private readonly List<string> _orders = [];

    [SetUp]
    public void SetUp() => _orders.Clear();

    [Test]
    public async Task A_machine_with_its_own_distribution_says_why_it_cannot()
    {
        CliRun run = await CliRun.OfAsync(["factory-reset", "--yes"]);
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.StartWith("this machine keeps its own distribution, and only one that runs from an "
            + "image of CoreNode can be reset: / is").Or.StartWith("only root may"));
    }

    [Test]
    public async Task Without_yes_nothing_is_ordered()
    {
        CliRun run = await RunAsync("--keep", "machine-id,ssh-keys", "--keep", "/srv/photos");
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Output, Is.EqualTo(
            "at the next start all that this machine keeps is removed; /machine-id, /ssh-keys, //srv/photos stays\n"));
        Assert.That(_orders, Is.EqualTo(new[] { "asks machine-id ssh-keys /srv/photos" }));
    }

    [Test]
    public async Task It_is_ordered_without_a_restart_and_taken_back()
    {
        Assert.That((await RunAsync("--yes", "--no-reboot")).ExitCode, Is.Zero);
        CliRun back = await RunAsync("--cancel");
        Assert.That((back.ExitCode, back.Output), Is.EqualTo((0, "taken back: nothing is removed\n")));
        Assert.That(_orders, Is.EqualTo(new[] { "orders ", "back" }));
    }

    [Test]
    public async Task A_word_that_means_nothing_is_refused()
    {
        CliRun run = await CliRun.OfAsync(["factory-reset", "--keep", "photos"]);
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("--keep: 'photos' is neither a path such as /srv/photos nor one of "
            + "machine-id, hostname, ssh-keys, network, update-keys, data"));
    }

    [Test]
    public async Task The_restart_goes_through_the_node_and_where_none_answers_that_is_said()
    {
        await using ScriptedServer node = ScriptedServer.Start(static _ => (409, "{\"message\":\"a drain\"}", 0));
        CliRun refused = await RunAsync("--yes", "--endpoints", node.Endpoint);
        Assert.That(refused.ExitCode, Is.Not.Zero);
        Assert.That(node.Requests.First().Target, Does.Contain("reboot"));
        Assert.That(refused.Error, Does.Contain("the reset is ordered, and the machine does not restart by itself")
            .And.Contain("factory-reset --cancel"));
        CliRun alone = await RunAsync("--yes", "--endpoints", $"http://127.0.0.1:{FreePorts.Next()}");
        Assert.That(alone.ExitCode, Is.EqualTo(3));
        Assert.That(alone.Error, Does.Contain("no node reachable").And.Contain("factory-reset --cancel"));
    }

    [Test]
    public async Task A_path_of_which_there_is_nothing_is_refused()
    {
        CliRun run = await CliRun.OfAsync(["factory-reset", "--keep", "/srv/no/such/photos", "--yes"]);
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.StartWith("--keep /srv/no/such/photos: there is no such path on this machine; "
            + "nothing was ordered"));
    }

    private async Task<CliRun> RunAsync(params string[] words)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        CliHost host = CliRun.Host(output, error) with { Images = new FakeOffice(_orders) };
        int code = await CommandLine.RunAsAsync("corenode", ["factory-reset", .. words], host);
        return new CliRun(code, output.ToString(), error.ToString());
    }

    private sealed class FakeOffice(List<string> orders) : IImageOffice
    {
        public InstallReport Install(
            InstallOrder order, Action<string, long, long> progress, CancellationToken cancellation) =>
            throw new NotSupportedException();

        public IReadOnlyList<string> OrderReset(IReadOnlyList<string> keep, bool asks)
        {
            orders.Add($"{(asks ? "asks" : "orders")} {string.Join(' ', keep)}");
            return keep;
        }

        public bool TakeResetBack()
        {
            orders.Add("back");
            return true;
        }
    }
}
