using CoreNode.Updates.Client.Exchange;
using CoreNode.Updates.Omaha;
using CoreNode.Updates.Server;

namespace CoreNode.Hosting.UpdateServer;

/// <summary>
/// Update servers elsewhere, by the rules of the update client: its limits, redirects, trust and proxies. Any thread;
/// each call has connections of its own.
/// </summary>
internal sealed class UpstreamServers : IUpstream
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(30);

    private readonly OmahaExchange _exchange;
    private readonly PayloadFetch _fetch;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="caFile">Authorities of their certificates; null for the system's.</param>
    /// <param name="environment">Where proxies stand.</param>
    /// <param name="version">What this program is.</param>
    /// <param name="limits">Bounds of the transfers; null for the client's.</param>
    public UpstreamServers(
        string? caFile, Func<string, string?> environment, string version, TransferLimits? limits = null)
    {
        TransferOptions options = new()
        {
            Client = $"corenode-{version}",
            Trust = new UpdateTrust(caFile, "--upstream-ca-file"),
            Proxies = ProxySettings.Of(environment),
            Limits = limits ?? new TransferLimits(),
        };
        _exchange = new OmahaExchange(options, TimeProvider.System);
        _fetch = new PayloadFetch(options, TimeProvider.System);
    }

    /// <summary>Follows them till it is stopped: each is asked when its time has come.</summary>
    public static async Task FollowAsync(IUpdateServer server, TimeProvider time, CancellationToken stop)
    {
        using PeriodicTimer timer = new(s_period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                await server.SyncDueAsync(stop);
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    /// <inheritdoc/>
    public async Task<OmahaResponse> AskAsync(Uri server, OmahaRequest request, CancellationToken cancellation) =>
        await _exchange.AskAsync(server, request, cancellation) switch
        {
            ExchangeOutcome.Answered answered => answered.Response,
            ExchangeOutcome.Failed failed => throw new IOException(failed.Fault.Message),
            _ => throw new InvalidOperationException("an unknown outcome"),
        };

    /// <inheritdoc/>
    public async Task<CataloguePackage> FetchAsync(
        Uri file, Func<Stream, Task<CataloguePackage>> take, CancellationToken cancellation)
    {
        using PayloadDownload download = await _fetch.OpenAsync(file, 0, null, cancellation);
        return await take(download.Body);
    }
}
