using CoreNode.Api;
using CoreNode.Api.Overlay;
using CoreNode.Overlay.Desk;

namespace CoreNode.Tests.Api.Overlay;

/// <summary>The overlay's surface over real listeners, with a desk that the test plays.</summary>
internal sealed class OverlayHarness : IAsyncDisposable
{
    /// <summary>A network with one peer of each kind.</summary>
    public static readonly OverlayNetworkView Network = new()
    {
        Name = "blue",
        IsReady = true,
        Range = "10.1.0.0/16",
        Backend = "vxlan",
        Subnet = "10.1.5.0/24",
        Interface = "eth0",
        Address = "192.168.0.5",
        Mtu = 1450,
        Until = 2_000_000_000,
        RenewalAt = 1_999_996_400,
        Peers =
        [
            new OverlayPeerView("10.1.6.0/24", "192.168.0.6", "vxlan", "36:06:b5:2a:67:f2", 1_999_999_000, ""),
            new OverlayPeerView("10.1.7.0/24", "192.168.0.7", "udp", "", 0, "its backend is udp"),
        ],
    };

    private OverlayHarness()
    {
    }

    public FakeOverlayDesk Desk { get; } = new();

    public ApiHarness Api { get; private set; } = null!;

    /// <summary>The admin listener, as clients are told it.</summary>
    public string Endpoint => Api.AdminUrls[0].ToString().TrimEnd('/');

    public static async Task<OverlayHarness> StartAsync()
    {
        OverlayHarness harness = new();
        ApiOptions options = new()
        {
            ListenClientUrls = [new Uri("http://127.0.0.1:0")],
            ListenAdminUrls = [new Uri("http://127.0.0.1:0")],
        };
        harness.Api = await ApiHarness.StartAsync(options, surface: _ => new OverlaySurface(harness.Desk));
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
