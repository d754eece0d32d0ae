using CoreNode.Cluster.Clients;
using CoreNode.Overlay.Model;
using CoreNode.Store;
using CoreNode.Tests.Api;

namespace CoreNode.Tests.Cli.Overlay;

/// <summary><c>corenode overlay set</c> and <c>leases</c> against a real client surface.</summary>
[TestFixture, Category("Unit"), CancelAfter(60_000)]
internal sealed class OverlayCommandsTests
{
    private const string Vxlan = """{"Network":"10.1.0.0/16","Backend":{"Type":"vxlan"}}""";

    private ApiHarness _api = null!;
    private LocalKvClient _store = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _api = await ApiHarness.StartAsync();
        _store = new LocalKvClient(_api.Store, TimeProvider.System);
    }

    [TearDown]
    public ValueTask StopAsync() => _api.DisposeAsync();

    [Test]
    public async Task The_first_configuration_names_its_backend_and_later_ones_change_fields()
    {
        CliRun run = await RunAsync("set", "--network", "10.1.0.0/16");
        Assert.That(run, Is.EqualTo(new CliRun(0, $"the configuration of the network is {Vxlan}\n", "")));
        Assert.That(await StoredAsync(""), Is.EqualTo(Vxlan));
        run = await RunAsync("set", "--network", "10.1.0.0/16");
        Assert.That(run.Output, Is.EqualTo($"the configuration of the network is that already: {Vxlan}\n"));
        run = await RunAsync(
            "set", "--ipv6", "fd00:1::/48", "--subnet-len", "25", "--vni", "7", "--direct-routing", "on", "-o", "json");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        OverlayConfig config = ConfigJson.Read((await StoredAsync(""))!).Config!;
        Assert.That(run.Output.Trim(), Is.EqualTo(await StoredAsync("")));
        Assert.That(
            (config.V4!.SubnetLength, $"{config.V6!.Network}", config.Backend.Vni, config.Backend.HasDirectRouting),
            Is.EqualTo((25, "fd00:1::/48", 7, true)));
        await RunAsync("set", "--ipv6", "off");
        Assert.That(ConfigJson.Read((await StoredAsync(""))!).Config!.V6, Is.Null);
    }

    [TestCase("--network x/33", "Network: ")]
    [TestCase("--network 10.1.0.0/33", "Network: ")]
    [TestCase("--network 10.1.0.0/29", "Network: ")]
    [TestCase("--network 10.1.0.0/16 --subnet-len 17", "SubnetLen: ")]
    [TestCase("--subnet-min x", "--subnet-min x: ")]
    [TestCase("--subnet-max 10.1.0.300", "--subnet-max 10.1.0.300: ")]
    [TestCase("--backend udp", "Backend.Type: ")]
    [TestCase("--network 10.1.0.0/16 --ipv6 10.2.0.0/16", "IPv6Network: ")]
    [TestCase("--mtu 100", "Backend.MTU: ")]
    public async Task What_is_wrong_by_itself_is_said_before_a_node_is_asked(string flags, string field)
    {
        CliRun run = await CliRun.OfAsync(["overlay", "set", .. flags.Split(' ')], endpoints: "http://127.0.0.1:1");
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((2, "")), run.Error);
        Assert.That(run.Error, Does.Contain(field));
    }

    [TestCase("{\"Network\":\"10.1.0.0/33\"}", "Network: ")]
    [TestCase("{", "it is no JSON")]
    public async Task A_wrong_file_is_refused_before_a_node_is_asked(string text, string problem)
    {
        CliRun run = await CliRun.OfAsync(
            ["overlay", "set", "-"], System.Text.Encoding.UTF8.GetBytes(text), "http://127.0.0.1:1");
        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(run.Error, Does.Contain(problem));
    }

    [Test]
    public async Task What_the_store_has_counts_before_a_range_is_called_wrong()
    {
        // A /24, which would be the length without it, begins nowhere near.
        await PutAsync("", """{"Network":"10.1.0.0/16","SubnetLen":26,"Backend":{"Type":"vxlan"}}""");
        CliRun run = await RunAsync("set", "--network", "10.2.0.0/16", "--subnet-min", "10.2.0.64");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
    }

    [TestCase("--network 10.1.0.0/16 --subnet-min 10.2.0.0", "SubnetMin: ")]
    [TestCase("--network 10.9.0.0/16", "Network: ")]
    [TestCase("--network 10.1.0.0/16 --vni 9", "Backend.VNI: ")]
    public async Task What_is_wrong_is_named_by_its_field_and_never_stored(string flags, string field)
    {
        await PutAsync("green", """{"Network":"10.9.0.0/16","Backend":{"Type":"vxlan","VNI":9}}""");
        CliRun run = await RunAsync(["set", .. flags.Split(' ')]);
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.StartWith($"overlay set: {field}"));
        Assert.That(run.Error, Does.EndWith("the configuration of the network stays as it is\n"));
        Assert.That(await StoredAsync(""), Is.Null);
    }

    [Test]
    public async Task Who_would_lose_a_subnet_is_shown_first()
    {
        await PutAsync("", Vxlan);
        await LeaseAsync("10.1.5.0-24", "192.168.0.5");
        await LeaseAsync("10.1.6.0-24", "192.168.0.6");
        string[] words = ["set", "--subnet-max", "10.1.5.0"];
        CliRun run = await RunAsync(words);
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Output, Is.EqualTo(
            "1 of 2 leases end, and their machines take other subnets: 10.1.6.0/24 of 192.168.0.6; their containers "
            + "get other addresses\n"));
        Assert.That(run.Error, Does.Contain("--move-leases"));
        Assert.That(await StoredAsync(""), Is.EqualTo(Vxlan));
        Assert.That((await RunAsync([.. words, "--dry-run"])).Output, Does.Contain("would be"));
        Assert.That(await StoredAsync(""), Is.EqualTo(Vxlan));
        Assert.That((await RunAsync([.. words, "--move-leases"])).ExitCode, Is.Zero);
        Assert.That(await StoredAsync(""), Does.Contain("10.1.5.0"));
    }

    [TestCase("--backend host-gw", "all machines change from vxlan to host-gw")]
    [TestCase("--vni 5", "make the device flannel.5 anew")]
    [TestCase("--mtu 1400", "the MTU changes")]
    public async Task What_changes_for_those_who_have_leases_is_said(string flags, string effect)
    {
        await PutAsync("", Vxlan);
        await LeaseAsync("10.1.5.0-24", "192.168.0.5");
        CliRun run = await RunAsync(["set", .. flags.Split(' ')]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Contain(effect));
    }

    [Test]
    public async Task A_file_is_a_whole_configuration_also_of_a_network_with_a_name()
    {
        CliRun run = await CliRun.OfAsync(
            ["overlay", "set", "--name", "blue", "-"],
            """ {"Network":"10.2.0.0/16","Backend":{"Type":"alloc"}} """u8.ToArray(), Url);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(await StoredAsync("blue"), Is.EqualTo("""{"Network":"10.2.0.0/16","Backend":{"Type":"alloc"}}"""));
        Assert.That((await RunAsync("set", "/nowhere/x.json")).ExitCode, Is.EqualTo(2));
        Assert.That((await RunAsync("set")).ExitCode, Is.EqualTo(2));
        Assert.That((await RunAsync("set", "--name", "a/b", "--network", "10.3.0.0/16")).ExitCode, Is.EqualTo(2));
        Assert.That((await RunAsync("set", "--direct-routing", "perhaps")).ExitCode, Is.EqualTo(2));
    }

    [Test]
    public async Task Leases_are_listed_with_what_is_wrong_with_them()
    {
        Assert.That((await RunAsync("leases")).ExitCode, Is.EqualTo(4));
        await PutAsync("", Vxlan);
        Assert.That(
            (await RunAsync("leases")).Output, Is.EqualTo("nobody has leased a subnet of the network yet\n"));
        await LeaseAsync("10.1.5.0-24", "192.168.0.5");
        await LeaseAsync("10.7.0.0-24", "192.168.0.7");
        await _store.SetAsync(
            OverlayKeys.Default.Lease("nonsense"), "{", KvSetOptions.None,
            TestContext.CurrentContext.CancellationToken);
        CliRun run = await RunAsync("leases");
        Assert.That(run.Output, Does.StartWith("SUBNET "));
        Assert.That(run.Output, Does.Match(@"10\.1\.5\.0/24 +192\.168\.0\.5 +vxlan +23h59m +good\n"));
        Assert.That(run.Output, Does.Contain("it is outside of the network's range\n"));
        Assert.That(run.Output, Does.Match(@"nonsense +- +- +never +its key names no subnet"));
        run = await RunAsync("leases", "-o", "json");
        Assert.That(run.Output, Does.StartWith(
            """{"network":"","leases":[{"key":"10.1.5.0-24","subnet":"10.1.5.0/24","address":"192.168.0.5","""));
        Assert.That(run.Output, Does.Contain(
            "\"backend\":\"vxlan\",\"mac\":\"36:06:b5:2a:67:f2\",\"until\":").And.Contain(",\"reason\":\"\"}"));
    }

    private string Url => _api.Url.GetLeftPart(UriPartial.Authority);

    private Task<CliRun> RunAsync(params string[] words) => CliRun.OfAsync(["overlay", .. words], endpoints: Url);

    private Task PutAsync(string network, string text) => _store.SetAsync(
        new OverlayKeys(OverlayKeys.DefaultPrefix, network).Config, text, KvSetOptions.None,
        TestContext.CurrentContext.CancellationToken);

    private Task LeaseAsync(string name, string address) => _store.SetAsync(
        OverlayKeys.Default.Lease(name),
        $$$"""{"PublicIP":"{{{address}}}","BackendType":"vxlan","BackendData":{"VtepMAC":"36:06:b5:2a:67:f2"}}""",
        new KvSetOptions { TimeToLive = TimeSpan.FromHours(24) }, TestContext.CurrentContext.CancellationToken);

    private async Task<string?> StoredAsync(string network) =>
        await _store.GetAsync(
            new OverlayKeys(OverlayKeys.DefaultPrefix, network).Config, KvGetOptions.Plain,
            TestContext.CurrentContext.CancellationToken) is KvOutcome.Done done ? done.Change.Node.Value : null;
}
