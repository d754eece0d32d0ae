using CoreNode.Cli;
using CoreNode.Cli.Discovery;
using CoreNode.Tests.Api.Client;

namespace CoreNode.Tests.Cli;

/// <summary>etcdctl's --discovery-srv, as Debian's etcdctl was seen to do it.</summary>
[TestFixture, Category("Unit")]
internal sealed class EtcdctlDiscoveryTests
{
    private const string Found = """{"action":"get","node":{"key":"/x","value":"1","createdIndex":4}}""";

    [Test]
    public async Task Members_without_tls_are_taken_only_if_that_is_asked_for()
    {
        await using ScriptedServer server = ScriptedServer.Start(static _ => (200, Found, 4));
        string target = server.Endpoint["http://".Length..];
        (int code, string output, string error) = await RunAsync(
            "plain.test", [], [target], "--insecure-discovery");
        Assert.That((code, output, error), Is.EqualTo((0, "1\n", "")));
        Assert.That(server.Requests, Has.Count.EqualTo(1));
        (_, _, error) = await RunAsync("plain.test", [], [target]);
        Assert.That(error, Does.StartWith($"ignoring discovered insecure endpoint \"{server.Endpoint}\"\n"));
        Assert.That(server.Requests, Has.Count.EqualTo(1), "it went on with the endpoints by default");
    }

    [Test]
    public async Task A_domain_without_records_is_an_error_of_its_own()
    {
        (int code, string output, string error) = await RunAsync("none.test", [], []);
        Assert.That((code, output), Is.EqualTo((1, "")));
        Assert.That(error, Is.EqualTo(
            "dns lookup errors: no _etcd-client-ssl._tcp.none.test and no _etcd-client._tcp.none.test\n"));
    }

    // Without the list of members, whose URLs would take the place of what was found.
    private static async Task<(int Code, string Output, string Error)> RunAsync(
        string domain, string[] secure, string[] plain, params string[] flags)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        CliHost host = CliRun.Host(output, error) with
        {
            FindServices = (name, _) =>
            {
                string[] targets = name == $"_etcd-client-ssl._tcp.{domain}" ? secure : plain;
                return Task.FromResult(new ServiceTargets(targets, targets.Length == 0 ? $"no {name}" : null));
            },
        };
        int code = await CommandLine.RunAsAsync(
            "etcdctl",
            ["--no-sync", "--timeout", "2s", "--endpoints", "http://127.0.0.1:9", "-D", domain, .. flags, "get", "/x"],
            host);
        return (code, output.ToString(), error.ToString());
    }
}
