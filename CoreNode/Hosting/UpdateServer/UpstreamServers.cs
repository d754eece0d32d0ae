using CoreNode.Updates.Client.Exchange;
using CoreNode.Updates.Omaha;
using CoreNode.Updates.Server;

namespace CoreNode.Hosting.UpdateServer;

/// <summary>Update servers elsewhere, by the rules of the update client: its limits, redirects and trust.</summary>
internal sealed class UpstreamServers(TransferOptions options, TimeProvider time) : IUpstream
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(30);

    private readonly OmahaExchange _exchange = new(options, time);
    private readonly PayloadFetch _fetch = new(options, time);

    /// <summary>With the system's authorities, and proxies from the environment.</summary>
    public static UpstreamServers Of(string version, Func<string, string?> environment) => new(
        new TransferOptions
        {
            Client = $"corenode-{version}",
            Trust = new UpdateTrust(null, ""),
            Proxies = ProxySettings.Of(environment),
        },
        TimeProvider.System);

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

    public async Task<OmahaResponse> AskAsync(Uri server, OmahaRequest request, CancellationToken cancellation) =>
        await _exchange.AskAsync(server, request, cancellation) switch
        {
            ExchangeOutcome.Answered answered => answered.Response,
            ExchangeOutcome.Failed failed => throw new IOException(failed.Fault.Message),
            _ => throw new InvalidOperationException("an unknown outcome"),
        };

    public async Task<CataloguePackage> FetchAsync(
        Uri file, Func<Stream, Task<CataloguePackage>> take, CancellationToken cancellation)
    {
        using PayloadDownload download = await _fetch.OpenAsync(file, 0, null, cancellation);
        return await take(download.Body);
    }
}
