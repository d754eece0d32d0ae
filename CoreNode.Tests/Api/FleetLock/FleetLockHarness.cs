using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CoreNode.Api;
using CoreNode.Api.FleetLock;
using CoreNode.Cluster.Clients;
using CoreNode.Foundation;
using CoreNode.RebootLock;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Api.FleetLock;

/// <summary>FleetLock behind a real listener, over a store in memory.</summary>
internal sealed class FleetLockHarness : IAsyncDisposable
{
    private readonly HttpClient _http = new();
    private readonly FleetLockServer _server;

    private FleetLockHarness(string? token)
    {
        Store = new LocalKvClient(Memory, TimeProvider.System);
        Locks = new Semaphores(Store, TimeProvider.System, new Prng(3), NullLogger<Semaphores>.Instance);
        ApiOptions options = new() { ListenClientUrls = [new Uri("http://127.0.0.1:0")] };
        _server = new FleetLockServer(
            options, token, Locks, Drains, Metrics, TimeProvider.System, NullLoggerFactory.Instance);
    }

    public MemoryKeyStore Memory { get; } = new(TimeProvider.System);

    public LocalKvClient Store { get; }

    public Semaphores Locks { get; }

    public ScriptedDrains Drains { get; } = new();

    public MetricRegistry Metrics { get; } = new();

    public Uri Url => _server.BoundUrls[0];

    public static async Task<FleetLockHarness> StartAsync(string? token = null)
    {
        FleetLockHarness harness = new(token);
        await harness._server.StartAsync(CancellationToken.None);
        return harness;
    }

    /// <summary>Asks as a machine does: status, and the error's kind and value.</summary>
    public async Task<(int Status, string Kind, string Value)> AskAsync(
        string endpoint, string body, string? header = "true", string? authorization = null, string method = "POST")
    {
        using HttpRequestMessage request = new(new HttpMethod(method), new Uri(Url, endpoint))
        {
            Content = new StringContent(body, Encoding.UTF8, "text/plain"),
        };
        if (header is not null)
            request.Headers.Add("fleet-lock-protocol", header);
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using HttpResponseMessage answer = await _http.SendAsync(request);
        string text = await answer.Content.ReadAsStringAsync();
        if (answer.StatusCode == HttpStatusCode.OK)
        {
            Assert.That(text, Is.Empty);
            return (200, "", "");
        }

        Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/json"), text);
        JsonObject json = JsonNode.Parse(text)!.AsObject();
        Assert.That(json.Select(static field => field.Key), Is.EqualTo(new[] { "kind", "value" }));
        return ((int)answer.StatusCode, (string)json["kind"]!, (string)json["value"]!);
    }

    public Task<(int Status, string Kind, string Value)> LockAsync(string id, string group = "default") =>
        AskAsync("/v1/pre-reboot", Body(id, group));

    public Task<(int Status, string Kind, string Value)> UnlockAsync(string id, string group = "default") =>
        AskAsync("/v1/steady-state", Body(id, group));

    public static string Body(string id, string group) =>
        $$$"""{"client_params":{"id":"{{{id}}}","group":"{{{group}}}"}}""";

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _http.Dispose();
    }
}
