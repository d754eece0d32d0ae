using CoreNode.Api;
using CoreNode.Api.Reboots;

namespace CoreNode.Tests.Api.Reboots;

/// <summary>The reboots' surface over real listeners, with a desk that the test plays.</summary>
internal sealed class RebootHarness : IAsyncDisposable
{
    private RebootHarness()
    {
    }

    public FakeRebootDesk Desk { get; } = new();

    public ApiHarness Api { get; private set; } = null!;

    /// <summary>The admin listener, as clients are told it.</summary>
    public string Endpoint => Api.AdminUrls[0].ToString().TrimEnd('/');

    public static async Task<RebootHarness> StartAsync()
    {
        RebootHarness harness = new();
        ApiOptions options = new()
        {
            ListenClientUrls = [new Uri("http://127.0.0.1:0")],
            ListenAdminUrls = [new Uri("http://127.0.0.1:0")],
        };
        harness.Api = await ApiHarness.StartAsync(options, surface: _ => new RebootSurface(harness.Desk));
        return harness;
    }

    /// <summary>One request to the admin listener.</summary>
    public async Task<RawAnswer> AskAsync(string method, string target, string body = "")
    {
        await using RawClient client = await RawClient.OpenAsync(Api.AdminUrls[0]);
        return await client.AskAsync(method, target, "", body);
    }

    public ValueTask DisposeAsync() => Api.DisposeAsync();
}
