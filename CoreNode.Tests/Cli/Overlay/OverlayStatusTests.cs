using CoreNode.Cli.Doctor;
using CoreNode.Overlay.Desk;
using CoreNode.Tests.Api.Overlay;
using CoreNode.Tests.Api.Reboots;

namespace CoreNode.Tests.Cli.Overlay;

/// <summary>What <c>corenode overlay status</c> and doctor tell of a node's networks.</summary>
[TestFixture, Category("Unit")]
internal sealed class OverlayStatusTests
{
    private OverlayHarness _node = null!;

    [SetUp]
    public async Task StartAsync() => _node = await OverlayHarness.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [Test]
    public async Task Status_says_what_is_leased_and_who_is_left_out()
    {
        _node.Desk.Status = new OverlayStatusView([OverlayHarness.Network]);
        CliRun run = await RunAsync("overlay", "status");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.StartWith(
            "NETWORK  blue\nSTATE    ready\nRANGE    10.1.0.0/16 over vxlan\nSUBNET   10.1.5.0/24\n"
            + "MACHINE  192.168.0.5 on eth0\nMTU      1450\nUNTIL    20"));
        Assert.That(run.Output, Does.Contain("\nPEERS    1, and 1 left out\n"));
        Assert.That(run.Output, Does.Match(
            "\nLEFT OUT +MACHINE +REASON\n10.1.7.0/24 192.168.0.7 its backend is udp\n$"));
    }

    [Test]
    public async Task Status_says_what_is_waited_for_and_ends_with_1()
    {
        _node.Desk.Status = new OverlayStatusView(
        [
            new OverlayNetworkView
            {
                Waiting = ["there is no configuration yet"],
                StoreAwaySince = 1_700_000_000,
                Faults = [new OverlayFaultView(1_700_000_000, "no nf_tables")],
            },
        ]);
        CliRun run = await RunAsync("overlay", "status");
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Output, Does.StartWith(
            "NETWORK  default\nSTATE    waiting\nWAITS    there is no configuration yet\nSTORE    does not answer "
            + "since 2023-11-14 "));
        Assert.That(run.Output, Does.Match("\nFAULT    2023-11-14 .*: no nf_tables\n$"));
    }

    [Test]
    public async Task Json_is_what_the_node_told()
    {
        _node.Desk.Status = new OverlayStatusView([OverlayHarness.Network]);
        CliRun run = await RunAsync("overlay", "status", "-o", "json");
        Assert.That(run.Output, Is.EqualTo((await _node.AskAsync("GET", "/corenode/v1/overlay")).Body));
    }

    [Test]
    public void Doctor_names_what_keeps_a_network_from_working()
    {
        Assert.That(Words(OverlayHarness.Network with { Peers = [OverlayHarness.Network.Peers[0]] }), Is.EqualTo(
            (string[])["Ok overlay blue: 10.1.5.0/24 over vxlan, 1 other machines"]));
        Assert.That(Words(OverlayHarness.Network), Is.EqualTo((string[])
            ["Warning overlay blue: 1 of 2 other machines are left out, such as 10.1.7.0/24: its backend is udp"]));
        OverlayNetworkView waiting = new() { Waiting = ["there is no configuration yet", "eth0 is down"] };
        Assert.That(Words(waiting), Is.EqualTo((string[])
            ["Problem overlay: there is no configuration yet", "Problem overlay: eth0 is down"]));
        OverlayNetworkView failing = new() { Faults = [new OverlayFaultView(1, "ip_forward is read-only")] };
        Assert.That(Words(failing), Is.EqualTo((string[])["Problem overlay: ip_forward is read-only"]));
    }

    [Test]
    public async Task A_node_without_networks_says_how_to_take_part()
    {
        await using RebootHarness other = await RebootHarness.StartAsync();
        CliRun run = await CliRun.OfAsync(["overlay", "status"], endpoints: other.Endpoint);
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("takes part in no overlay network").And.Contain("--overlay default"));
    }

    private static string[] Words(OverlayNetworkView view) =>
        [.. OverlayChecks.Judge(view).Select(static one => $"{one.Severity} {one.What}: {one.Text}")];

    private Task<CliRun> RunAsync(params string[] args) => CliRun.OfAsync(args, endpoints: _node.Endpoint);
}
