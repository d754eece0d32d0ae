using System.Diagnostics;
using System.Globalization;
using CoreNode.Tests.Api;
using CoreNode.Tests.EndToEnd.Clusters;
using CoreNode.Tests.Pki;

namespace CoreNode.Tests.EndToEnd;

/// <summary>Members that speak only TLS, and the tools that people use with them.</summary>
[TestFixture, Category("EndToEnd"), Category("Native"), NonParallelizable]
internal sealed class TlsTests
{
    private static readonly Dictionary<string, string> s_version2 = new() { ["ETCDCTL_API"] = "2" };
    private TlsCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await TlsCluster.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    [TestCase("etcdctl")]
    [TestCase("corenode as etcdctl")]
    public async Task Etcdctl_works_with_certificates(string which)
    {
        string program = TestPrograms.Etcdctl();
        using TestFolder folder = new();
        if (which != "etcdctl")
        {
            program = folder.File("etcdctl");
            File.CreateSymbolicLink(program, Path.GetFullPath(TestPrograms.Corenode()));
        }

        string[] good =
        [
            "--ca-file", _cluster.File("ca.crt"), "--cert-file", _cluster.File("client.crt"),
            "--key-file", _cluster.File("client.key"),
        ];
        Assert.That(await RunAsync(program, [.. good, "set", "/a", which]), Is.EqualTo((0, which + "\n")));
        Assert.That(await RunAsync(program, [.. good, "get", "/a"]), Is.EqualTo((0, which + "\n")));
        (int code, string members) = await RunAsync(program, [.. good, "member", "list"]);
        Assert.That((code, members.Split("clientURLs=https://127.0.0.1:").Length - 1), Is.EqualTo((0, 3)), members);
        (int health, string words) = await RunAsync(program, [.. good, "cluster-health"]);
        Assert.That((health, words.Contains("cluster is healthy", StringComparison.Ordinal)), Is.EqualTo((0, true)), words);
        (int bare, string refusal) = await RunAsync(program, ["--ca-file", good[1], "get", "/a"]);
        Assert.That(bare, Is.Not.Zero, refusal);
        Assert.That(refusal, Does.Contain("certificate"));
    }

    [Test]
    public async Task Etcdctl_of_another_authority_gets_nothing()
    {
        using TestAuthority other = new("other CA");
        using TestFolder folder = new();
        other.WriteCa(folder.Path);
        other.Write(folder.Path, "mallory", "mallory");
        (int code, string words) = await RunAsync(TestPrograms.Etcdctl(), [
            "--ca-file", _cluster.File("ca.crt"), "--cert-file", folder.File("mallory.crt"),
            "--key-file", folder.File("mallory.key"), "get", "/"]);
        Assert.That(code, Is.Not.Zero, words);
        Assert.That(_cluster.Members[0].StandardError, Does.Contain("CN=mallory").And.Contain("CN=other CA"));
    }

    [Test]
    public async Task The_command_line_names_what_is_wanted_and_what_is_seen()
    {
        string url = _cluster.Members[0].Url;
        string[] own = ["--cert", _cluster.File("client.crt"), "--key", _cluster.File("client.key")];
        string[] trust = ["--cacert", _cluster.File("ca.crt")];
        await CliAsync(0, "", "--endpoints", url, [.. trust, .. own, "kv", "set", "/c", "1"]);
        await CliAsync(3, "not for localhost: it is for 127.0.0.1",
            "--endpoints", url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal),
            [.. trust, .. own, "kv", "get", "/c"]);
        await CliAsync(3, "is signed by CN=test CA", "--endpoints", url, [.. own, "kv", "get", "/c"]);
        await CliAsync(3, "certificate", "--endpoints", url, [.. trust, "kv", "get", "/c"]);
    }

    [Test]
    public async Task A_handshake_that_is_never_finished_keeps_nobody_out()
    {
        Uri url = _cluster.Members[0].Place.ClientUrl;
        List<RawClient> silent = [];
        for (int i = 0; i < 100; i++)
            silent.Add(await RawClient.OpenAsync(url));
        await silent[0].SendAsync([22, 3, 1, 2, 0, 1]);
        Stopwatch watch = Stopwatch.StartNew();
        await using RawClient good = await RawClient.OpenTlsAsync(url, _cluster.GoodClient);
        Assert.That((await good.AskAsync("GET", "/version")).Status, Is.EqualTo(200));
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(9)), "nobody waited for them");
        foreach (RawClient one in silent)
        {
            Assert.That(await one.IsEndedAsync());
            await one.DisposeAsync();
        }
    }

    [TestCase("missing", "--cert-file")]
    [TestCase("foreign key", "--key-file")]
    [TestCase("expired", "expired on")]
    public async Task A_node_does_not_start_with_certificates_that_cannot_serve(string what, string words)
    {
        using TestFolder folder = new();
        _cluster.Authority.Write(folder.Path, "node", "127.0.0.1");
        if (what == "missing")
            File.Delete(folder.File("node.crt"));
        else if (what == "foreign key")
            File.Copy(_cluster.File("client.key"), folder.File("node.key"), overwrite: true);
        else
        {
            TestAuthority.Write(folder.Path, "node", _cluster.Authority.Issue(
                "node", ["127.0.0.1"], TimeSpan.FromDays(-5), TimeSpan.FromDays(-1)));
        }

        ProgramResult result = await ProgramResult.OfAsync(TestPrograms.Corenode(), [
            "node", "--data-dir", folder.File("data"), "--unix-socket", folder.File("s"),
            "--listen-client-urls", "https://127.0.0.1:0", "--advertise-client-urls", "https://127.0.0.1:1",
            "--listen-peer-urls", "http://127.0.0.1:0",
            "--cert-file", folder.File("node.crt"), "--key-file", folder.File("node.key")]);
        Assert.That(result.ExitCode, Is.EqualTo(1), result.Error);
        Assert.That(result.Error, Does.Contain(words));
        Assert.That(result.Error, Does.Not.Contain("   at "), "a line for people, no stack trace");
    }

    private static async Task CliAsync(
        int exit, string words, string first, string second, IEnumerable<string> arguments)
    {
        ProgramResult result = await ProgramResult.OfAsync(TestPrograms.Corenode(), [first, second, .. arguments]);
        Assert.That(result.ExitCode, Is.EqualTo(exit), result.Error);
        Assert.That(result.Error, Does.Contain(words));
    }

    private async Task<(int Code, string Output)> RunAsync(string program, IEnumerable<string> arguments)
    {
        ProgramResult result = await ProgramResult.OfAsync(
            program, ["--endpoints", _cluster.Members[0].Url, .. arguments], s_version2);
        return (result.ExitCode, result.ExitCode == 0 ? result.Output : result.Output + result.Error);
    }
}
