using System.Net;
using CoreNode.Hosting;
using CoreNode.Platform;
using CoreNode.Reboots;

namespace CoreNode.Tests.Hosting;

/// <summary>What `corenode node` accepts of clusters, and that all that is wrong is said at once.</summary>
[TestFixture, Category("Unit")]
internal sealed class NodeOptionsReaderTests
{
    private const string ThreeMembers = "a=http://10.0.0.1:2380,b=http://10.0.0.2:2380,c=http://10.0.0.3:2380";

    [Test]
    public void Several_members_are_read_with_all_their_urls()
    {
        NodeOptions options = Good(
            "--name", "b", "--initial-advertise-peer-urls", "http://10.0.0.2:2380,http://10.1.0.2:2380",
            "--initial-cluster", ThreeMembers + ",b=http://10.1.0.2:2380");
        Assert.That(options.InitialCluster.Select(m => m.Name), Is.EqualTo(new[] { "a", "b", "c" }));
        Assert.That(
            options.InitialCluster[1].PeerUrls,
            Is.EqualTo(new[] { "http://10.0.0.2:2380", "http://10.1.0.2:2380" }));
        Assert.That((options.JoinsExisting, options.ForcesNewCluster), Is.EqualTo((false, false)));
    }

    [Test]
    public void Without_an_initial_cluster_the_member_is_alone()
    {
        NodeOptions options = Good();
        Assert.That(options.InitialCluster.Single().Name, Is.EqualTo("default"));
        Assert.That(options.InitialCluster.Single().PeerUrls, Is.EqualTo(new[] { "http://127.0.0.1:2380" }));
    }

    [Test]
    public void A_joining_member_says_so()
    {
        NodeOptions options = Good(
            "--name", "b", "--initial-advertise-peer-urls", "http://10.0.0.2:2380",
            "--initial-cluster", ThreeMembers, "--initial-cluster-state", "existing");
        Assert.That(options.JoinsExisting, Is.True);
        Assert.That(Good("--force-new-cluster").ForcesNewCluster, Is.True);
    }

    [TestCase("--name d --initial-cluster " + ThreeMembers,
        "does not name this member: --name is d, and it names a, b, c")]
    [TestCase("--name a --initial-cluster " + ThreeMembers,
        "--initial-advertise-peer-urls is http://127.0.0.1:2380: others would know this member by other addresses")]
    [TestCase("--initial-cluster default=http://127.0.0.1:2380,b=http://127.0.0.1:2380",
        "http://127.0.0.1:2380 is also the URL of default")]
    [TestCase("--initial-cluster default=http://127.0.0.1:2380,default=http://127.0.0.1:2380", "it is there twice")]
    [TestCase("--initial-cluster http://127.0.0.1:2380", "NAME=URL is needed")]
    [TestCase("--initial-cluster default", "NAME=URL is needed")]
    [TestCase("--listen-peer-urls https://127.0.0.1:2380", "https needs --peer-cert-file and --peer-key-file")]
    [TestCase("--initial-cluster-state old", "say new or existing")]
    [TestCase("--initial-cluster-state existing", "name the running members in --initial-cluster, too")]
    [TestCase("--election-timeout 499", "at least 5 times --heartbeat-interval")]
    [TestCase("--listen-container-urls http://0.0.0.0:2379", "all addresses are more than the containers'")]
    [TestCase("--listen-container-urls https://podman0:2379", "a URL such as http://podman0:2379 is needed")]
    [TestCase("--name a=b", "a name has no comma and no equals sign")]
    public void Each_mistake_is_named(string line, string problem) =>
        Assert.That(Problems(line.Split(' ')), Has.Some.Contains(problem));

    [TestCase("http://0.0.0.0:2378", "take https with --trusted-ca-file")]
    [TestCase("https://10.0.0.1:2378 --cert-file c --key-file k", "take https with --trusted-ca-file")]
    [TestCase("http://10.0.0.1:2378 --cert-file c --key-file k --trusted-ca-file t", "--trusted-ca-file")]
    [TestCase("https://127.0.0.1:2378", "https needs --cert-file and --key-file")]
    [TestCase("http://127.0.0.1:2379", "it is one of --listen-client-urls, too")]
    public void An_admin_listener_that_knows_nobody_is_refused(string urls, string problem) =>
        Assert.That(Problems(["--listen-admin-urls", .. urls.Split(' ')]), Has.Some.Contains(problem));

    [TestCase("http://127.0.0.1:2378")]
    [TestCase("http://[::1]:2378")]
    [TestCase("http://localhost:2378")]
    [TestCase("https://10.0.0.1:2378 --cert-file c --key-file k --trusted-ca-file t")]
    [TestCase("http://0.0.0.0:2378 --insecure-admin")]
    public void An_admin_listener_is_out_of_reach_or_asks_who_comes(string urls) =>
        Assert.That(Good(["--listen-admin-urls", .. urls.Split(' ')]).ListenAdminUrls, Has.Count.EqualTo(1));

    [Test]
    public void Containers_are_served_on_an_interface_or_address_with_a_token_in_the_data_folder()
    {
        NodeOptions options = Good(
            "--listen-container-urls", "http://podman0:2379,http://10.88.0.1:2379", "--data-dir", "/srv/node");
        Assert.That(options.ListenContainerUrls.Select(static url => url.Host), Is.EqualTo(
            new[] { "podman0", "10.88.0.1" }));
        Assert.That(options.ContainerTokenFile, Is.EqualTo("/srv/node/container-token"));
    }

    [Test]
    public void With_another_store_containers_have_nothing_to_ask_here_and_the_log_says_so()
    {
        NodeOptions options = Good("--listen-container-urls", "http://podman0:2379", "--store", "http://10.0.0.9:2379");
        Assert.That(options.ListenContainerUrls, Is.Empty);
        Assert.That(options.AddressNotes, Has.One.Contains("containers ask that etcd"));
    }

    [TestCase("name: own", "", "own", "best-effort")]
    [TestCase("reboot-strategy: off", "", "maker", "off")]
    [TestCase("reboot-strategy: \"\"", "", "maker", "")]
    [TestCase("", "--name flag", "flag", "best-effort")]
    [TestCase(null, "", "maker", "best-effort")]
    [TestCase("name: own", "--dev", "default", "")]
    [TestCase("name: own", "--config none", "default", "")]
    public void What_the_images_maker_set_comes_last(string? own, string flags, string name, string strategy)
    {
        NodeOptionsReader reader = new(
            static _ => null,
            file => file == "/maker" ? "name: maker\nreboot-strategy: best-effort\n"
                : own ?? throw new FileNotFoundException(file),
            standardFile: "/own", makerFile: "/maker");
        NodeOptions? options = reader.Read(flags.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.That(reader.Problems, Is.Empty);
        Assert.That(options!.Name, Is.EqualTo(name));
        Assert.That(
            options.Reboots.Strategy is { } word ? RebootStrategies.Word(word) : "", Is.EqualTo(strategy));
    }

    [TestCase("0123456789abcdef\n", true)]
    [TestCase("too short", false)]
    [TestCase("", false)]
    [TestCase("0123456789abcdef 0123456789abcdef", false)]
    public void FleetLocks_token_is_one_long_word(string text, bool isGood)
    {
        NodeOptionsReader reader = new(static _ => null, file => file == "token" ? text : "");
        NodeOptions? options = reader.Read(
            ["--listen-fleetlock-urls", "http://127.0.0.1:3333", "--fleetlock-token-file", "token"]);
        Assert.That(options?.FleetLockToken, isGood ? Is.EqualTo(text.Trim()) : Is.Null);
        Assert.That(
            reader.Problems, isGood ? Is.Empty : Has.One.StartsWith("--fleetlock-token-file token: one word"));
    }

    [Test]
    public void Ten_members_are_too_many()
    {
        string[] nine = [.. Enumerable.Range(1, 8).Select(i => $"n{i}=http://10.0.0.{i}:2380")];
        string text = "default=http://127.0.0.1:2380," + string.Join(',', nine);
        Assert.That(Good("--initial-cluster", text).InitialCluster, Has.Count.EqualTo(9));
        Assert.That(
            Problems("--initial-cluster", text + ",last=http://10.0.0.9:2380"), Has.Some.Contains("at most 9 vote"));
    }

    [Test]
    public void All_mistakes_are_said_at_once()
    {
        IReadOnlyList<string> problems = Problems(
            "--initial-cluster", "a=http://127.0.0.1:1,b=http://127.0.0.1:1,x", "--election-timeout", "1",
            "--initial-cluster-state", "maybe");
        Assert.That(problems, Has.Count.EqualTo(5), string.Join('\n', problems));
    }

    [Test]
    public void A_member_that_has_data_is_not_stopped_by_what_only_a_first_start_needs()
    {
        NodeOptionsReader reader = new(static _ => null, static _ => "", static _ => true);
        Assert.That(reader.Read(["--initial-cluster", "b=http://10.0.0.2:2380"]), Is.Not.Null);
    }

    [Test]
    public void Who_listens_everywhere_tells_others_the_address_of_the_default_route()
    {
        NodeOptions options = Good(
            "--listen-peer-urls", "http://0.0.0.0:2380", "--listen-client-urls", "http://[::]:2379,http://127.0.0.1:1");
        Assert.That(options.InitialCluster.Single().PeerUrls, Is.EqualTo(new[] { "http://10.9.8.7:2380" }));
        Assert.That(
            options.AdvertiseClientUrls, Is.EqualTo(new[] { "http://[2001:db8::7]:2379", "http://127.0.0.1:1" }));
        Assert.That(options.AddressNotes, Has.Count.EqualTo(2));
        Assert.That(options.AddressNotes[0], Does.Contain("10.9.8.7").And.Contain("why").And.Contain("--"));
    }

    [Test]
    public void Who_says_where_it_is_is_believed()
    {
        NodeOptions options = Good(
            "--listen-peer-urls", "http://0.0.0.0:2380", "--initial-advertise-peer-urls", "http://10.0.0.1:2380");
        Assert.That(options.InitialCluster.Single().PeerUrls, Is.EqualTo(new[] { "http://10.0.0.1:2380" }));
        Assert.That(options.AddressNotes, Is.Empty);
    }

    [Test]
    public void A_machine_without_an_address_tells_loopback_and_says_so()
    {
        NodeOptionsReader reader = new(static _ => null, static _ => "", null, static _ => null);
        NodeOptions options = reader.Read(["--listen-peer-urls", "http://0.0.0.0:2380"])!;
        Assert.That(options.InitialCluster.Single().PeerUrls, Is.EqualTo(new[] { "http://127.0.0.1:2380" }));
        Assert.That(options.AddressNotes.Single(), Does.Contain("no other address"));
    }

    [TestCase("--listen-peer-urls http://0.0.0.0:2380", "10.9.8.7")]
    [TestCase("--listen-peer-urls http://10.0.0.3:7001", "10.0.0.3:7001")]
    [TestCase("--initial-advertise-peer-urls http://n1.example.com:2380", "n1.example.com")]
    [TestCase("--name own", "own")]
    public void With_discovery_the_name_is_where_the_machine_is(string line, string name)
    {
        Assert.That(Good(["--discovery", "http://d/t", .. line.Split(' ')]).Name, Is.EqualTo(name));
        Assert.That(Good(["--discovery-srv", "d.test", .. line.Split(' ')]).Name, Is.EqualTo(name));
        Assert.That(Good(line.Split(' ')).Name, Is.EqualTo(line == "--name own" ? "own" : "default"));
    }

    [TestCase("--discovery http://d.example.com", "it ends with the token")]
    [TestCase("--discovery d.example.com/t", "a URL such as")]
    [TestCase("--discovery http://d/t --discovery-srv d.test", "say only one of them")]
    public void Each_mistake_about_discovery_is_named(string line, string problem) =>
        Assert.That(Problems(line.Split(' ')), Has.Some.Contains(problem));

    [TestCase("", "filed", "/standard.yaml")]
    [TestCase("--name flagged", "flagged", "/standard.yaml")]
    [TestCase("--config none", "default", "")]
    [TestCase("--config /other.yaml", "other", "/other.yaml")]
    [TestCase("--dev", "default", "")]
    public void The_standard_file_is_read_where_none_is_named(string line, string name, string file)
    {
        NodeOptionsReader reader = new(
            static _ => null, static path => path == "/standard.yaml" ? "name: filed\n" : "name: other\n", null, Own,
            "/standard.yaml");
        NodeOptions? options = reader.Read(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.That(reader.Problems, Is.Empty);
        Assert.That((options!.Name, options.ConfigFile), Is.EqualTo((name, file)));
    }

    [Test]
    public void A_standard_file_that_is_not_there_is_no_problem_and_one_that_cannot_be_read_is()
    {
        NodeOptionsReader none = new(
            static _ => null, static _ => throw new DirectoryNotFoundException("gone"), null, Own, "/standard.yaml");
        Assert.That(none.Read([])?.ConfigFile, Is.Empty);
        NodeOptionsReader denied = new(
            static _ => null, static _ => throw new UnauthorizedAccessException("denied"), null, Own, "/standard.yaml");
        Assert.That(denied.Read([]), Is.Null);
        Assert.That(denied.Problems, Is.EqualTo(new[] { "--config /standard.yaml: denied" }));
        NodeOptionsReader named = new(
            static _ => null, static _ => throw new FileNotFoundException("gone"), null, Own, "/standard.yaml");
        Assert.That(named.Read(["--config", "/standard.yaml"]), Is.Null);
    }

    private static OwnAddress Own(bool allowsIPv6) =>
        new(IPAddress.Parse(allowsIPv6 ? "2001:db8::7" : "10.9.8.7"), "that is why");

    private static NodeOptions Good(params string[] arguments)
    {
        NodeOptionsReader reader = new(static _ => null, static _ => "", null, Own);
        NodeOptions? options = reader.Read(arguments);
        Assert.That(options, Is.Not.Null, string.Join('\n', reader.Problems));
        return options!;
    }

    private static IReadOnlyList<string> Problems(params string[] arguments)
    {
        NodeOptionsReader reader = new(static _ => null, static _ => "");
        Assert.That(reader.Read(arguments), Is.Null);
        return reader.Problems;
    }
}
