using CoreNode.Api.Client;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Api.Client;

/// <summary>A client whose nodes change while it is used: the store as a worker's modules see it.</summary>
[TestFixture, Category("Unit")]
internal sealed class EndpointSourceTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private IReadOnlyList<ClientEndpoint> _now = [];

    [Test]
    public async Task Calls_go_to_the_nodes_of_the_moment_best_first()
    {
        await using ScriptedServer one = ScriptedServer.Start(_ => (200, Found("one"), 4));
        await using ScriptedServer two = ScriptedServer.Start(_ => (200, Found("two"), 4));
        using V2Client client = new(new ClientOptions { Endpoints = [], EndpointSource = () => _now });
        Assert.That(await GetAsync(client), Is.EqualTo("unreachable"), "no node is known yet");
        _now = Endpoints(one, two);
        Assert.That(await GetAsync(client), Is.EqualTo("one"));
        _now = Endpoints(two, one);
        Assert.That(await GetAsync(client), Is.EqualTo("two"));
        _now = Endpoints(one);
        Assert.That(await GetAsync(client), Is.EqualTo("one"));
        _now = [Endpoint("http://127.0.0.1:1"), .. Endpoints(two)];
        Assert.That(await GetAsync(client), Is.EqualTo("two"), "the next one if the best does not answer");
    }

    [Test]
    public async Task A_watch_goes_on_at_the_nodes_that_took_over()
    {
        await using ScriptedServer old = ScriptedServer.Start(async (_, answer) =>
        {
            await answer.BeginAsync(4);
            await answer.ChunkAsync(Found("first", 5) + "\n");
            _now = [];
            answer.Close();
        });
        using V2Client client = new(new ClientOptions { Endpoints = [], EndpointSource = () => _now });
        await using ScriptedServer next = ScriptedServer.Start(async (request, answer) =>
        {
            if (request.Target.Contains("waitIndex=6", StringComparison.Ordinal))
                await answer.SendAsync(200, Found("second", 6), 6);
            else
            {
                await answer.BeginAsync(6);
                await Task.Delay(Timeout.Infinite, answer.Stop);
            }
        });
        _now = Endpoints(old);
        using CancellationTokenSource deadline = new(s_patience);
        List<string> values = [];
        await foreach (KvWatchItem item in client.WatchAsync("/a", false, new StoreIndex(0), deadline.Token))
        {
            if (item is KvWatchItem.Changed changed)
                values.Add(changed.Change.Node.Value!);
            else
                _now = Endpoints(next);
            if (values.Count == 2)
                break;
        }

        Assert.That(values, Is.EqualTo(new[] { "first", "second" }));
    }

    private static string Found(string value, int index = 4) =>
        $$$"""{"action":"set","node":{"key":"/a","value":"{{{value}}}","modifiedIndex":{{{index}}},"""
        + "\"createdIndex\":4}}";

    private static async Task<string> GetAsync(V2Client client) =>
        await client.GetAsync("/a", new KvGetOptions(), CancellationToken.None) switch
        {
            KvOutcome.Done done => done.Change.Node.Value ?? "",
            KvOutcome.Unreachable => "unreachable",
            _ => "refused",
        };

    private static IReadOnlyList<ClientEndpoint> Endpoints(params ScriptedServer[] servers) =>
        [.. servers.Select(server => Endpoint(server.Endpoint))];

    private static ClientEndpoint Endpoint(string text) =>
        ClientEndpoint.TryParse(text, out ClientEndpoint? endpoint, out string? problem)
            ? endpoint
            : throw new ArgumentException(problem);
}
