using System.Text.Json.Nodes;
using CoreNode.Tests.EndToEnd.Clusters;
using CoreNode.Tests.EndToEnd.Units.Systemd;

namespace CoreNode.Tests.EndToEnd.Rolling;

/// <summary>Looks at the semaphore of the reboot lock all the time, as anybody can, and keeps what it saw.</summary>
internal sealed class LockWatch : IAsyncDisposable
{
    private const string Key = "/v2/keys/coreos.com/updateengine/rebootlock/semaphore";

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    private readonly SystemdCluster _cluster;
    private readonly HttpClient _http;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _looking;

    public LockWatch(SystemdCluster cluster)
    {
        _cluster = cluster;
        _http = new HttpClient(NamespaceSockets.Handler(cluster.Network[0])) { Timeout = TimeSpan.FromSeconds(1) };
        _looking = LookAsync();
    }

    /// <summary>Most holders at a time.</summary>
    public int Most { get; private set; }

    /// <summary>Who has held it, in the order in which they came.</summary>
    public List<string> Holders { get; } = [];

    /// <summary>Ends the looking.</summary>
    public async Task FinishAsync()
    {
        await _stop.CancelAsync();
        await _looking;
    }

    public async ValueTask DisposeAsync()
    {
        await FinishAsync();
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task LookAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            foreach (SystemdNode node in _cluster.Nodes)
            {
                if (await TryLookAsync(node))
                    break;
            }

            await Task.Delay(s_pause);
        }
    }

    private async Task<bool> TryLookAsync(SystemdNode node)
    {
        try
        {
            using HttpResponseMessage answer = await _http.GetAsync($"{node.ClientUrl}{Key}?quorum=true", _stop.Token);
            if (!answer.IsSuccessStatusCode)
                return false;
            JsonNode read = JsonNode.Parse(await answer.Content.ReadAsStringAsync(_stop.Token))!;
            JsonNode value = JsonNode.Parse((string)read["node"]!["value"]!)!;
            JsonArray holders = value["holders"]?.AsArray() ?? [];
            Most = Math.Max(Most, holders.Count);
            foreach (JsonNode? holder in holders)
            {
                string id = (string)holder!;
                if (Holders.Count == 0 || Holders[^1] != id)
                    Holders.Add(id);
            }

            return true;
        }
        catch (Exception away) when (away is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }
}
