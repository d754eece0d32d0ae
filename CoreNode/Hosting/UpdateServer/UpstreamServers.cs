using CoreNode.Hosting.Updates;
using CoreNode.Updates.Client.Exchange;
using CoreNode.Updates.Server;

namespace CoreNode.Hosting.UpdateServer;

/// <summary>
/// Update servers elsewhere, asked by the rules of a machine: bounded in time and size, no redirect from https to http,
/// by the proxy of the environment. Any thread; each call has connections of its own.
/// </summary>
internal sealed class UpstreamServers(string? caFile, Func<string, string?> environment, string version) : IUpstream
{
    private readonly TransferOptions _options = new()
    {
        Client = $"corenode/{version}",
        Trust = new UpdateTrust(caFile, "--upstream-ca-file"),
        Proxies = ProxySettings.Of(environment),
    };

    /// <inheritdoc/>
    public Task<byte[]> AskAsync(Uri server, byte[] request, CancellationToken cancellation) =>
        new OmahaExchange(_options, TimeProvider.System).SendAsync(server, request, cancellation);

    /// <inheritdoc/>
    public async Task<Stream> FetchAsync(Uri file, CancellationToken cancellation) => new FetchedStream(
        await new PayloadFetch(_options, TimeProvider.System).OpenAsync(file, 0, null, cancellation));
}
