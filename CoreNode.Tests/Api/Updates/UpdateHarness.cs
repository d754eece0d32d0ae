using CoreNode.Api;
using CoreNode.Api.Updates;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Updates.Desk;
using CoreNode.Updates.Desk;

namespace CoreNode.Tests.Api.Updates;

/// <summary>The updates' surface over real listeners, with a desk that the test plays.</summary>
internal sealed class UpdateHarness : IUpdateExaminer, IAsyncDisposable
{
    private readonly TestFolder _folder = new();

    private UpdateHarness()
    {
    }

    public FakeDesk Desk { get; } = new();

    /// <summary>What a look at everything finds.</summary>
    public List<UpdateFinding> Findings { get; } = [];

    /// <summary>What a look at the whole cluster finds beside that.</summary>
    public List<UpdateFinding> ClusterFindings { get; } = [];

    public ApiHarness Api { get; private set; } = null!;

    /// <summary>The admin listener, as clients are told it.</summary>
    public string Endpoint => Api.AdminUrls[0].ToString().TrimEnd('/');

    /// <summary>The unix socket, as clients are told it.</summary>
    public string Socket => $"unix://{SocketPath}";

    public string SocketPath => _folder.File("sock");

    /// <summary>A folder of the test.</summary>
    public TestFolder Folder => _folder;

    public static async Task<UpdateHarness> StartAsync()
    {
        UpdateHarness harness = new();
        ApiOptions options = new()
        {
            ListenClientUrls = [new Uri("http://127.0.0.1:0")],
            ListenAdminUrls = [new Uri("http://127.0.0.1:0")],
            UnixSocketPath = harness.SocketPath,
        };
        harness.Api = await ApiHarness.StartAsync(
            options, surface: _ => new AdminSurfaces(new OtherSurface(), new UpdateSurface(harness.Desk, harness)));
        return harness;
    }

    /// <summary>One request to the admin listener.</summary>
    public async Task<RawAnswer> AskAsync(string method, string target, string body = "", string headers = "")
    {
        await using RawClient client = await RawClient.OpenAsync(Api.AdminUrls[0]);
        return await client.AskAsync(method, target, headers, body);
    }

    /// <summary>One request to the unix socket.</summary>
    public async Task<RawAnswer> AskSocketAsync(string method, string target, string body = "", string headers = "")
    {
        await using RawClient client = await RawClient.OpenAsync(SocketPath);
        return await client.AskAsync(method, target, headers, body);
    }

    Task<IReadOnlyList<UpdateFinding>> IUpdateExaminer.ExamineAsync(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<UpdateFinding>>(Findings);

    Task<IReadOnlyList<UpdateFinding>> IUpdateExaminer.ExamineClusterAsync(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<UpdateFinding>>([.. Findings, .. ClusterFindings]);

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        _folder.Dispose();
    }

    private sealed class OtherSurface : IAdminSurface
    {
        public void Bind(CancellationToken stopping) => Assert.That(stopping.CanBeCanceled, Is.True);

        public Task? Answer(RequestContext context, ReadOnlySpan<byte> path, ReadOnlySpan<byte> query) =>
            path.SequenceEqual("/corenode/v1/other"u8) ? context.Message(200, "other") : null;
    }
}
