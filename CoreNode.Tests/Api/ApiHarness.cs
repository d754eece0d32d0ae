using System.Text;
using CoreNode.Api;
using CoreNode.Cluster;
using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Tests.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Tests.Api;

/// <summary>A server over the in-memory store, on a free loopback port unless other addresses are given.</summary>
internal sealed class ApiHarness : IAsyncDisposable
{
    private readonly ApiServer _server;

    private ApiHarness(
        ApiOptions options, Func<IKeyStore, IKeyStore>? wrap, ILoggerFactory? loggers,
        Func<ApiHarness, IAdminSurface>? surface)
    {
        bool isTls = options.Certificates is not null;
        if (isTls)
            Time = new ManualTime(DateTimeOffset.UtcNow);
        Store = new MemoryKeyStore(Time);
        Cluster = new OneMember(Time);
        _server = new ApiServer(
            options.ListenClientUrls.Count > 0
                ? options
                : options with { ListenClientUrls = [new Uri($"{(isTls ? "https" : "http")}://127.0.0.1:0")] },
            wrap is null ? Store : wrap(Store),
            Cluster,
            Membership,
            new BackupSource(Cluster),
            Metrics,
            Time,
            loggers ?? Log)
        {
            AdminSurface = surface?.Invoke(this),
        };
    }

    public ManualTime Time { get; } = new(DateTimeOffset.FromUnixTimeSeconds(1_795_000_000));

    public MemoryKeyStore Store { get; }

    public OneMember Cluster { get; }

    public ScriptedMembership Membership { get; } = new();

    public MetricRegistry Metrics { get; } = new();

    public RecordedLog Log { get; } = new();

    public Uri Url => _server.BoundUrls[0];

    public IReadOnlyList<Uri> Urls => _server.BoundUrls;

    public IReadOnlyList<Uri> AdminUrls => _server.BoundAdminUrls;

    public IReadOnlyList<Uri> ContainerUrls => _server.BoundContainerUrls;

    public static async Task<ApiHarness> StartAsync(
        ApiOptions? options = null,
        Func<IKeyStore, IKeyStore>? wrap = null,
        ILoggerFactory? loggers = null,
        Func<ApiHarness, IAdminSurface>? surface = null)
    {
        // Passwords as cheap as possible, where a test does not want them to be slow.
        ApiHarness harness = new(options ?? new ApiOptions { PasswordIterations = 1000 }, wrap, loggers, surface);
        await harness._server.StartAsync(CancellationToken.None);
        return harness;
    }

    public Task<RawClient> OpenAsync() => RawClient.OpenAsync(Url);

    /// <summary>Makes the user root with the password pw, and turns auth on.</summary>
    public async Task EnableAuthAsync()
    {
        const string root = """{"user":"root","password":"pw"}""";
        using HttpClientHandler anyServer = new()
        {
            ServerCertificateCustomValidationCallback = static (_, _, _, _) => true,
        };
        using HttpClient client = new(anyServer) { BaseAddress = Url };
        using StringContent user = new(root, Encoding.UTF8, "application/json");
        using HttpResponseMessage made = await client.PutAsync("/v2/auth/users/root", user);
        Assert.That((int)made.StatusCode, Is.EqualTo(201), await made.Content.ReadAsStringAsync());
        using HttpResponseMessage enabled = await client.PutAsync("/v2/auth/enable", null);
        Assert.That((int)enabled.StatusCode, Is.EqualTo(200), await enabled.Content.ReadAsStringAsync());
    }

    /// <summary>One request on a connection of its own.</summary>
    public async Task<RawAnswer> AskAsync(string method, string target, string headers = "", string body = "")
    {
        await using RawClient client = await OpenAsync();
        return await client.AskAsync(method, target, headers, body);
    }

    public Task StopAsync() => _server.StopAsync(CancellationToken.None);

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
