using CoreNode.Tests.Cli;

namespace CoreNode.Tests.EndToEnd;

/// <summary>
/// What `corenode pki` makes, used by Go: three of Debian's etcd with TLS for clients and members, and its etcdctl.
/// </summary>
[TestFixture, Category("EndToEnd")]
internal sealed class EtcdWithOurCertificatesTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public async Task SetUpAsync()
    {
        _folder = new TestFolder();
        await MakeAsync("pki", "init");
        await MakeAsync("pki", "issue", "member", "a", "--san", "a.example");
        await MakeAsync("pki", "issue", "client", "app");
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task Go_takes_members_and_clients_by_these_certificates_and_nobody_else()
    {
        ServerPlace[] places =
        [
            .. new[] { "m0", "m1", "m2" }.Select(name =>
                new ServerPlace(_folder.File(name), FreePorts.Next(), FreePorts.Next()) { Name = name }),
        ];
        List<RunningProgram> members = [];
        try
        {
            foreach (ServerPlace place in places)
                members.Add(RunningProgram.Start(TestPrograms.Etcd(), Flags(place, places)));
            string urls = string.Join(',', places.Select(place => Secure(place.ClientPort)));
            string[] own = ["--ca-file", Pki("ca.crt"), "--cert-file", Pki("app.crt"), "--key-file", Pki("app.key")];
            ProgramResult set = await EventuallyAsync(["--endpoints", urls, .. own, "set", "/a", "hello"]);
            Assert.That(set.Output, Is.EqualTo("hello\n"), set.Error);
            ProgramResult bare = await EtcdctlAsync(["--endpoints", urls, "--ca-file", Pki("ca.crt"), "get", "/a"]);
            Assert.That(bare.ExitCode, Is.Not.Zero, "a client without a certificate was served");
            Assert.That(bare.Error, Does.Contain("bad certificate"));
            ProgramResult health = await EtcdctlAsync(["--endpoints", urls, .. own, "cluster-health"]);
            Assert.That(health.Output, Does.Contain("cluster is healthy"), health.Error);
        }
        finally
        {
            foreach (RunningProgram member in members)
                member.Dispose();
        }
    }

    private static string Secure(int port) => $"https://127.0.0.1:{port}";

    private static Task<ProgramResult> EtcdctlAsync(IEnumerable<string> arguments) => ProgramResult.OfAsync(
        TestPrograms.Etcdctl(), arguments, new Dictionary<string, string> { ["ETCDCTL_API"] = "2" });

    // The members need a moment to find each other; each attempt takes as long as etcdctl waits for an answer.
    private static async Task<ProgramResult> EventuallyAsync(string[] arguments)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(30));
        while (true)
        {
            ProgramResult result = await EtcdctlAsync(arguments);
            if (result.ExitCode == 0 || deadline.IsCancellationRequested)
                return result;
            await Task.Yield();
        }
    }

    private IEnumerable<string> Flags(ServerPlace place, ServerPlace[] all) =>
    [
        "--enable-v2",
        "--name", place.Name,
        "--data-dir", place.DataFolder,
        "--listen-client-urls", Secure(place.ClientPort),
        "--advertise-client-urls", Secure(place.ClientPort),
        "--listen-peer-urls", Secure(place.PeerPort),
        "--initial-advertise-peer-urls", Secure(place.PeerPort),
        "--initial-cluster", string.Join(',', all.Select(one => $"{one.Name}={Secure(one.PeerPort)}")),
        "--cert-file", Pki("a.crt"), "--key-file", Pki("a.key"),
        "--trusted-ca-file", Pki("ca.crt"), "--client-cert-auth",
        "--peer-cert-file", Pki("a.crt"), "--peer-key-file", Pki("a.key"),
        "--peer-trusted-ca-file", Pki("ca.crt"), "--peer-client-cert-auth",
    ];

    private string Pki(string name) => Path.Combine(_folder.File("pki"), name);

    private async Task MakeAsync(params string[] words)
    {
        CliRun run = await CliRun.OfAsync([.. words, "--dir", _folder.File("pki")]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
    }
}
