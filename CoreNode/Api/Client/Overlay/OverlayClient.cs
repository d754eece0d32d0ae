using System.Text;
using System.Text.Json;
using CoreNode.Api.Client.Units;
using CoreNode.Overlay.Desk;

namespace CoreNode.Api.Client.Overlay;

/// <summary>The overlay networks of the machine that is asked, typed (/corenode/v1/overlay). Thread-safe.</summary>
public sealed class OverlayClient(ClientOptions options) : IDisposable
{
    private readonly V2Transport _transport = new(options);

    /// <summary>How they stand.</summary>
    public async Task<AdminReply<ToldOverlay>> StatusAsync(CancellationToken cancellation) => AdminAnswer.Read(
        await _transport.SendAsync(V2Request.Plain("/corenode/v1/overlay"), cancellation), Parse);

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private static ToldOverlay Parse(byte[] body)
    {
        using JsonDocument document = JsonDocument.Parse(body);
        List<OverlayNetworkView> networks = [];
        foreach (JsonElement one in List(document.RootElement, "networks"))
            networks.Add(Network(one));
        return new ToldOverlay(new OverlayStatusView(networks), Encoding.UTF8.GetString(body).TrimEnd('\n'));
    }

    private static OverlayNetworkView Network(JsonElement page)
    {
        List<string> waiting = [];
        foreach (JsonElement one in List(page, "waiting"))
            waiting.Add(one.GetString() ?? "");
        List<OverlayPeerView> peers = [];
        foreach (JsonElement one in List(page, "peers"))
        {
            peers.Add(new OverlayPeerView(
                UnitsJson.Text(one, "subnet"), UnitsJson.Text(one, "address"), UnitsJson.Text(one, "backend"),
                UnitsJson.Text(one, "mac"), Number(one, "until"), UnitsJson.Text(one, "reason")));
        }

        List<OverlayFaultView> faults = [];
        foreach (JsonElement one in List(page, "faults"))
            faults.Add(new OverlayFaultView(Number(one, "at"), UnitsJson.Text(one, "reason")));
        return new OverlayNetworkView
        {
            Name = UnitsJson.Text(page, "network"),
            IsReady = page.TryGetProperty("ready", out JsonElement ready) && ready.ValueKind == JsonValueKind.True,
            Waiting = waiting,
            Range = UnitsJson.Text(page, "range"),
            Backend = UnitsJson.Text(page, "backend"),
            Subnet = UnitsJson.Text(page, "subnet"),
            Interface = UnitsJson.Text(page, "interface"),
            Address = UnitsJson.Text(page, "address"),
            Mtu = (int)Number(page, "mtu"),
            Until = Number(page, "until"),
            RenewalAt = Number(page, "renewalAt"),
            StoreAwaySince = Number(page, "storeAwaySince"),
            Peers = peers,
            Faults = faults,
        };
    }

    private static JsonElement.ArrayEnumerator List(JsonElement page, string name) =>
        page.TryGetProperty(name, out JsonElement field) && field.ValueKind == JsonValueKind.Array
            ? field.EnumerateArray() : default;

    private static long Number(JsonElement page, string name) =>
        page.TryGetProperty(name, out JsonElement field) && field.ValueKind == JsonValueKind.Number
            && field.TryGetInt64(out long number) ? number : 0;
}
