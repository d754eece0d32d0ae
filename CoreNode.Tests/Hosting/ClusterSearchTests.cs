using CoreNode.Discovery;
using CoreNode.Foundation;
using CoreNode.Hosting;
using CoreNode.Tests.Discovery;
using CoreNode.Tests.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Hosting;

/// <summary>What a node begins as, from its options, its data folder and what it finds.</summary>
[TestFixture, Category("Unit")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ClusterSearchTests : IDisposable
{
    private const string Service = "_etcd-server._tcp.example.test";

    private readonly SimulatedFiles _files = new(new Prng(7));
    private readonly FakeNames _names = new();
    private readonly ServiceManager _manager = new(null, null);
    private readonly StringWriter _output = new();

    public ClusterSearchTests()
    {
        _names.Serve(Service, "m1.example.test:2380", "m2.example.test:2380");
        _names.Host("m1.example.test", "10.0.0.1");
        _names.Host("m2.example.test", "10.0.0.2");
    }

    public void Dispose()
    {
        _manager.Dispose();
        _output.Dispose();
    }

    [Test]
    public async Task Without_discovery_nothing_is_changed()
    {
        NodeOptions options = Options("--name", "a");
        Assert.That(await FindAsync(options), Is.SameAs(options));
    }

    [Test]
    public async Task A_named_machine_is_a_member_under_its_urls_in_the_records()
    {
        NodeOptions found = await FindAsync(Options("--listen-peer-urls", "http://10.0.0.2:2380"));
        Assert.That(found.Proxy, Is.EqualTo(ProxyMode.Off));
        Assert.That(
            string.Join(' ', found.InitialCluster.Select(m => $"{m.Name}={m.PeerUrls.Single()}")),
            Is.EqualTo("m1.example.test=http://m1.example.test:2380 10.0.0.2=http://m2.example.test:2380"));
    }

    [Test]
    public async Task Another_machine_becomes_a_proxy_of_the_members_or_ends()
    {
        NodeOptions found = await FindAsync(Options("--listen-peer-urls", "http://10.0.0.9:2380"));
        Assert.That((found.Proxy, found.InitialCluster.Count), Is.EqualTo((ProxyMode.On, 2)));
        NodeOptions strict = Options("--listen-peer-urls", "http://10.0.0.9:2380", "--discovery-fallback", "exit");
        Assert.That(
            () => FindAsync(strict), Throws.InstanceOf<IOException>().With.Message.Contains(
                "this machine is none of them"));
    }

    [Test]
    public async Task A_worker_by_choice_stays_what_it_is()
    {
        NodeOptions found = await FindAsync(Options(
            "--proxy", "readonly", "--listen-peer-urls", "http://10.0.0.1:2380"));
        Assert.That((found.Proxy, found.InitialCluster.Count), Is.EqualTo((ProxyMode.ReadOnly, 2)));
    }

    [Test]
    public async Task Who_has_data_asks_nobody_and_forgets_its_note()
    {
        int asked = 0;
        _names.Asked = _ => asked++;
        new RegistrationNote(_files, "/data").Write("http://d/t", "ab");
        NodeOptions options = Options("--listen-peer-urls", "http://10.0.0.9:2380");
        NodeOptions found = await FindAsync(options, isMember: true);
        Assert.That((found, asked), Is.EqualTo((options, 0)));
        Assert.That(new RegistrationNote(_files, "/data").Matches("http://d/t", "ab"), Is.False);
    }

    [Test]
    public async Task Who_is_a_proxy_already_asks_nobody()
    {
        int asked = 0;
        _names.Asked = _ => asked++;
        _files.CreateFolder("/data/proxy");
        _files.Open("/data/proxy/members.json", create: true).Dispose();
        NodeOptions found = await FindAsync(Options("--listen-peer-urls", "http://10.0.0.1:2380"));
        Assert.That((found.Proxy, found.InitialCluster.Count, asked), Is.EqualTo((ProxyMode.On, 0, 0)));
    }

    [Test]
    public void A_machine_without_an_address_does_not_write_itself_down_as_loopback()
    {
        NodeOptions options = Options("--listen-peer-urls", "http://0.0.0.0:2380");
        Assert.That(
            () => FindAsync(options), Throws.InstanceOf<IOException>().With.Message.Contains(
                "no address that other members can reach yet"));
    }

    private static NodeOptions Options(params string[] arguments)
    {
        string[] discovery = arguments[0] == "--name" ? [] : ["--discovery-srv", "example.test"];
        NodeOptionsReader reader = new(static _ => null, static _ => "", null, static _ => null);
        NodeOptions? options = reader.Read(["--data-dir", "/data", .. discovery, .. arguments]);
        Assert.That(options, Is.Not.Null, string.Join('\n', reader.Problems));
        return options!;
    }

    private Task<NodeOptions> FindAsync(NodeOptions options, bool isMember = false)
    {
        NodeProcess process = new(
            _manager, NullLoggerFactory.Instance, NullLogger.Instance, new MetricRegistry(), _files, _output, "1",
            CancellationToken.None);
        return new ClusterSearch(process, _names).FindAsync(options, isMember);
    }
}
