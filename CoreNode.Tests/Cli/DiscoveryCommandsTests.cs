using CoreNode.Cli;
using CoreNode.Cli.Discovery;
using CoreNode.Tests.Api.Client;

namespace CoreNode.Tests.Cli;

/// <summary>`discovery serve` and `discovery new`: what they take, ask and print.</summary>
[TestFixture, Category("Unit")]
internal sealed class DiscoveryCommandsTests
{
    [Test]
    public async Task Serve_hands_on_what_it_was_told()
    {
        DiscoveryServing? serving = null;
        (int code, _, string error) = await RunAsync(
            one => serving = one, "discovery", "serve", "--listen-client-urls", "http://10.0.0.1:1,https://[::]:2",
            "--advertise-url", "https://d.example.com/", "--data-dir", "/srv/d", "--token-ttl", "12h", "--max-tokens",
            "7", "--tokens-per-minute", "3", "--cert-file", "a", "--key-file", "b");
        Assert.That((code, error), Is.EqualTo((0, "")));
        Assert.That(serving!.ListenUrls.Select(u => u.ToString()), Is.EqualTo(
            new[] { "http://10.0.0.1:1/", "https://[::]:2/" }));
        Assert.That(
            (serving.AdvertiseUrl, serving.DataFolder, serving.TokenTtl, serving.MaxTokens, serving.TokensPerMinute,
                serving.CertFile, serving.KeyFile),
            Is.EqualTo(("https://d.example.com", "/srv/d", TimeSpan.FromHours(12), 7, 3, "a", "b")));
    }

    [Test]
    public async Task Serve_has_defaults_for_all_of_it()
    {
        DiscoveryServing? serving = null;
        await RunAsync(one => serving = one, "discovery", "serve");
        Assert.That(
            (serving!.ListenUrls.Single().ToString(), serving.AdvertiseUrl, serving.TokenTtl, serving.MaxTokens,
                serving.TokensPerMinute, serving.CertFile),
            Is.EqualTo(("http://127.0.0.1:8087/", (string?)null, TimeSpan.FromDays(30), 10_000, 10, (string?)null)));
    }

    [TestCase("--token-ttl 0d", "--token-ttl is a time such as")]
    [TestCase("--token-ttl 3", "--token-ttl is a time such as")]
    [TestCase("--token-ttl -3d", "--token-ttl is a time such as")]
    [TestCase("--token-ttl 99999d", "--token-ttl is a time such as")]
    [TestCase("--max-tokens 0", "--max-tokens takes a whole number")]
    [TestCase("--tokens-per-minute many", "--tokens-per-minute takes a whole number")]
    [TestCase("--listen-client-urls discovery:80", "is no URL such as")]
    [TestCase("--listen-client-urls http://a.example.com:80", "is no URL such as")]
    [TestCase("--listen-client-urls https://127.0.0.1:1", "https needs --cert-file")]
    [TestCase("--cert-file a", "go together")]
    [TestCase("--advertise-url discovery", "is no URL such as")]
    public async Task Serve_names_each_mistake(string line, string problem)
    {
        (int code, _, string error) = await RunAsync(static _ => { }, ["discovery", "serve", .. line.Split(' ')]);
        Assert.That(code, Is.EqualTo(2));
        Assert.That(error, Does.Contain(problem));
    }

    [Test]
    public async Task New_asks_as_clients_of_the_public_service_do()
    {
        await using ScriptedServer server = ScriptedServer.Start(static _ => (200, "https://d.example.com/abc", 0));
        (int code, string output, string error) = await RunAsync(
            static _ => { }, "discovery", "new", "--size", "5", "--server", server.Endpoint + "/prefix/");
        Assert.That((code, output, error), Is.EqualTo((0, "https://d.example.com/abc\n", "")));
        Assert.That(server.Requests.Single().ToString(), Is.EqualTo("GET /prefix/new?size=5"));
        (_, output, _) = await RunAsync(
            static _ => { }, "discovery", "new", "--size", "5", "--server", server.Endpoint, "-o", "json");
        Assert.That(output, Is.EqualTo("{\"url\":\"https://d.example.com/abc\",\"size\":5}\n"));
    }

    [TestCase(429, "at most 10 new tokens a minute\n", "(HTTP 429): at most 10 new tokens a minute")]
    [TestCase(200, "<html>welcome</html>", "made no token (HTTP 200)")]
    [TestCase(200, "https://d/abc\u001b[2J", "made no token (HTTP 200)")]
    public async Task New_says_what_the_service_said(int status, string body, string problem)
    {
        await using ScriptedServer server = ScriptedServer.Start(_ => (status, body, 0));
        (int code, string output, string error) = await RunAsync(
            static _ => { }, "discovery", "new", "--size", "5", "--server", server.Endpoint);
        Assert.That((code, output), Is.EqualTo((1, "")));
        Assert.That(error, Does.Contain(problem).And.Not.Contain("\u001b"));
    }

    [TestCase("--size 0", "--size is a number of members from 1 to 9")]
    [TestCase("--size 10", "--size is a number of members from 1 to 9")]
    [TestCase("--size 3 --server d.example.com", "--server: 'd.example.com' is no URL")]
    [TestCase("--server http://d", "--size")]
    public async Task New_names_each_mistake(string line, string problem)
    {
        (int code, _, string error) = await RunAsync(static _ => { }, ["discovery", "new", .. line.Split(' ')]);
        Assert.That(code, Is.EqualTo(2));
        Assert.That(error, Does.Contain(problem));
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(
        Action<DiscoveryServing> serve, params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        CliHost host = CliRun.Host(output, error) with
        {
            ServeDiscovery = (serving, _) =>
            {
                serve(serving);
                return Task.FromResult(0);
            },
        };
        int code = await CommandLine.RunAsAsync("corenode", args, host);
        return (code, output.ToString(), error.ToString());
    }
}
