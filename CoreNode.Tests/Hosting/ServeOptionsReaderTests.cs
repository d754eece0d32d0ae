using System.Net;
using CoreNode.Api.UpdateServer;
using CoreNode.Hosting.UpdateServer;

namespace CoreNode.Tests.Hosting;

/// <summary>What `corenode update-server serve` accepts.</summary>
[TestFixture, Category("Unit")]
internal sealed class ServeOptionsReaderTests
{
    [Test]
    public void Without_anything_it_serves_this_machine()
    {
        ServeOptions options = Read(out _)!;
        Assert.That(options.Api.ListenClientUrls, Is.EqualTo(new[] { new Uri("http://127.0.0.1:8000") }));
        Assert.That(options.Server.Folder, Is.EqualTo("/var/lib/corenode-updates"));
        Assert.That(options.UnixSocket, Is.EqualTo("/run/corenode-updates/server.sock"));
        Assert.That(options.Settings.AdvertiseUrl, Is.Null);
        Assert.That((options.Api.IsAdminInsecure, options.Settings.IsViewOpen), Is.EqualTo((false, false)));
    }

    [Test]
    public void A_flag_wins_over_the_environment_and_that_over_the_file()
    {
        Dictionary<string, string> environment = new()
        {
            ["CORENODE_UPDATE_SERVER_NAME"] = "of-environment",
            ["CORENODE_UPDATE_SERVER_MAX_MACHINES"] = "7",
            ["CORENODE_NAME"] = "a-nodes",
        };
        ServeOptionsReader reader = new(
            environment.GetValueOrDefault,
            file => file == "c.yaml" ? "name: of-file\nmax-machines: 8\nkeep-history: 24h\n" : "fleet:se:cret\n", "1");
        ServeOptions options = reader.Read(
            [
                "--name=of-flag", "--config", "c.yaml", "--download-user-file", "u", "--advertise-url",
                "https://u.example/x/",
            ])!;
        Assert.That(reader.Problems, Is.Empty);
        Assert.That(options.Server.Name, Is.EqualTo("of-flag"));
        Assert.That(options.Server.MaxMachinesPerApp, Is.EqualTo(7));
        Assert.That(options.Server.KeepHistory, Is.EqualTo(TimeSpan.FromDays(1)));
        Assert.That(options.Settings.DownloadUser, Is.EqualTo("fleet:se:cret"));
        Assert.That(options.Settings.AdvertiseUrl, Is.EqualTo("https://u.example/x/"));
    }

    [Test]
    public void Trusted_proxies_are_said_as_often_as_there_are_some()
    {
        string[] given = ["--trusted-proxy", "10.0.0.1", "--trusted-proxy=fd00::/64"];
        TrustedProxies flags = Read(out _, given)!.Settings.Proxies;
        ServeOptionsReader reader = new(
            static name => name == "CORENODE_UPDATE_SERVER_TRUSTED_PROXY" ? "10.0.0.1, fd00::/64" : null,
            static _ => "", "1");
        TrustedProxies environment = reader.Read([])!.Settings.Proxies;
        foreach (TrustedProxies proxies in new[] { flags, environment })
        {
            Assert.That(Origin(proxies, "10.0.0.1"), Is.EqualTo("7.7.7.7"));
            Assert.That(Origin(proxies, "fd00::5"), Is.EqualTo("7.7.7.7"));
            Assert.That(Origin(proxies, "10.0.0.2"), Is.EqualTo("10.0.0.2"));
        }
    }

    [TestCase("--trusted-proxy 10.0.0.0/0", "--trusted-proxy 10.0.0.0/0: an address, or a network such as")]
    [TestCase("--listen-urls https://127.0.0.1:1", "https needs --cert-file and --key-file")]
    [TestCase("--listen-urls http://host:1", "an IP address or localhost")]
    [TestCase("--listen-urls ", "at least one URL")]
    [TestCase("--advertise-url ftp://x", "--advertise-url ftp://x: a URL such as")]
    [TestCase("--advertise-url http://u:p@x", "a URL such as")]
    [TestCase("--name ä", "plain characters")]
    [TestCase("--keep-history 5", "a time of an hour and more")]
    [TestCase("--max-machines 0", "a whole number from 1")]
    [TestCase("--download-user-file u", "one line USER:PASSWORD")]
    [TestCase("--data-folder x", "unknown flag --data-folder")]
    [TestCase("--client-cert-auth", "--trusted-ca-file says whose certificates are good")]
    public void Each_mistake_is_named(string line, string problem)
    {
        Assert.That(Read(out IReadOnlyList<string> problems, line.Split(' ')), Is.Null);
        Assert.That(problems, Has.Some.Contains(problem));
    }

    [Test]
    public void Help_shows_every_flag()
    {
        string help = UpdateServerFlags.Help();
        foreach (CoreNode.Hosting.NodeFlag flag in UpdateServerFlags.All)
            Assert.That(help, Does.Contain($"  --{flag.Name}"));
    }

    private static string Origin(TrustedProxies proxies, string remote) =>
        proxies.Origin(IPAddress.Parse(remote), "7.7.7.7")!.ToString();

    private static ServeOptions? Read(out IReadOnlyList<string> problems, params string[] arguments)
    {
        ServeOptionsReader reader = new(static _ => null, static _ => "no colon", "1");
        ServeOptions? options = reader.Read(arguments);
        problems = reader.Problems;
        return options;
    }
}
