using System.Text.Json;
using CoreNode.Api;
using CoreNode.Api.Client;
using CoreNode.Api.Fleet;
using CoreNode.Cluster.Clients;
using CoreNode.Store;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Api.Fleet;

/// <summary>The units' surfaces over a real listener and the in-memory store, reached by HTTP or directly.</summary>
internal sealed class FleetHarness : IAsyncDisposable
{
    public const string Json = "Content-Type: application/json\r\n";

    private readonly Func<ApiHarness, IKvClient?> _storeOf;

    private FleetHarness(FleetOptions options, Func<ApiHarness, IKvClient?> storeOf)
    {
        Options = options;
        _storeOf = storeOf;
    }

    private ApiHarness _api = null!;
    private FleetSurface _surface = null!;

    public FleetOptions Options { get; }

    public V2Client Client { get; private set; } = null!;

    /// <summary>What the surface works on.</summary>
    public IKvClient Store { get; private set; } = null!;

    public ScriptedMachines Machines { get; } = new();

    public ApiHarness Api => _api;

    public Uri Url => _api.AdminUrls[0];

    public static Task<FleetHarness> StartAsync() => StartAsync(new FleetOptions());

    /// <summary>As a member: the store is in the same process.</summary>
    public static Task<FleetHarness> StartLocalAsync() =>
        StartAsync(new FleetOptions(), static api => new LocalKvClient(api.Store, api.Time));

    /// <summary>On another store, if <paramref name="storeOf"/> gives one.</summary>
    public static async Task<FleetHarness> StartAsync(
        FleetOptions options, Func<ApiHarness, IKvClient?>? storeOf = null)
    {
        FleetHarness harness = new(options, storeOf ?? (static _ => null));
        ApiOptions api = new()
        {
            ListenClientUrls = [new Uri("http://127.0.0.1:0")],
            ListenAdminUrls = [new Uri("http://127.0.0.1:0")],
        };
        harness._api = await ApiHarness.StartAsync(api, surface: made => harness.MakeSurface(made));
        Assert.That(ClientEndpoint.TryParse(harness._api.Url.ToString(), out ClientEndpoint? endpoint, out _), Is.True);
        harness.Client = new V2Client(new ClientOptions { Endpoints = [endpoint!] });
        return harness;
    }

    /// <summary>One request on a connection of its own.</summary>
    public async Task<RawAnswer> AskAsync(string method, string target, string headers = "", string body = "")
    {
        await using RawClient client = await RawClient.OpenAsync(Url);
        return await client.AskAsync(method, target, headers, body);
    }

    public Task<RawAnswer> GetAsync(string target) => AskAsync("GET", target);

    public Task<RawAnswer> PutAsync(string target, string body) => AskAsync("PUT", target, Json, body);

    /// <summary>A key of the registry; null if it is not there.</summary>
    public async Task<string?> ReadAsync(string key) =>
        await Client.GetAsync(key, KvGetOptions.Plain, CancellationToken.None) is KvOutcome.Done done
            ? done.Change.Node.Value : null;

    public async Task WriteAsync(string key, string value) => Assert.That(
        await Client.SetAsync(key, value, KvSetOptions.None, CancellationToken.None), Is.TypeOf<KvOutcome.Done>());

    /// <summary>A machine registers itself.</summary>
    public Task RegisterAsync(string id, string ip, params (string Key, string Value)[] metadata) => WriteAsync(
        RegistryKeys.Default.MachineObject(id),
        RegistryValues.WriteMachine(new MachineObject
        {
            Id = id,
            PublicIp = ip,
            Metadata = metadata.ToDictionary(static m => m.Key, static m => m.Value),
            Version = "1.0.0",
        }));

    /// <summary>Asks until the answer is as wanted.</summary>
    public async Task<RawAnswer> UntilAsync(string target, Predicate<RawAnswer> isWanted)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(20));
        while (true)
        {
            RawAnswer answer = await GetAsync(target);
            if (isWanted(answer))
                return answer;
            Assert.That(deadline.IsCancellationRequested, Is.False, $"{target} stays {answer.Status} {answer.Body}");
            await Task.Delay(5, CancellationToken.None);
        }
    }

    /// <summary>Returns once a request waits for a change or follows a journal.</summary>
    public async Task UntilWaitingAsync()
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(20));
        while (!(await _api.AskAsync("GET", "/metrics")).Body.Contains("corenode_units_api_waiting 1\n"))
            await Task.Delay(2, deadline.Token);
    }

    public static JsonElement Parse(RawAnswer answer)
    {
        using JsonDocument document = JsonDocument.Parse(answer.Body);
        return document.RootElement.Clone();
    }

    /// <summary>A unit as fleetctl sends it.</summary>
    public static string Body(string name, string text, string state = "")
    {
        UnitFile file = UnitFile.Parse(text, out _)!;
        string options = string.Join(',', file.Options.Select(static o =>
            $$"""{"name":{{Quote(o.Name)}},"section":{{Quote(o.Section)}},"value":{{Quote(o.Value)}}}"""));
        string desired = state.Length == 0 ? "" : $$""","desiredState":"{{state}}" """;
        return $$"""{"name":"{{name}}","options":[{{options}}]{{desired}}}""" + "\n";
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        await _surface.DisposeAsync();
        Client.Dispose();
    }

    private static string Quote(string text) => JsonSerializer.Serialize(text, JsonSerializerOptions.Default);

    private FleetSurface MakeSurface(ApiHarness api)
    {
        Store = _storeOf(api) ?? new LaterStore(() => Client);
        _surface = new FleetSurface(
            Options, Store, static () => null, Machines, Machines, api.Metrics, TimeProvider.System,
            NullLoggerFactory.Instance);
        return _surface;
    }
}
