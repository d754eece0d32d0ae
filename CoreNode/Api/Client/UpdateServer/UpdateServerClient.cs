using CoreNode.Api.Client.Units;

namespace CoreNode.Api.Client.UpdateServer;

/// <summary>
/// An update server's REST surface (/corenode/v1/update-server). Paths are what follows the root, escaped; answers are
/// JSON as it came, of which each caller reads what it shows. Thread-safe.
/// </summary>
public sealed class UpdateServerClient(ClientOptions options) : IDisposable
{
    private const string Root = "/corenode/v1/update-server/";

    private readonly V2Transport _transport = new(options);
    private readonly V2Transport _patient = new(options with { LimitsWatchStart = false });

    /// <summary>Reads something.</summary>
    public async Task<AdminReply<ToldPage>> GetAsync(string path, CancellationToken cancellation) =>
        AdminAnswer.Read(await _transport.SendAsync(V2Request.Plain(Root + path), cancellation), ToldPage.Parse);

    /// <summary>Waits for something: the answer may take any time.</summary>
    public async Task<AdminReply<ToldPage>> WaitAsync(string path, CancellationToken cancellation) => AdminAnswer.Read(
        await _patient.SendAsync(V2Request.Plain(Root + path) with { IsWatch = true }, cancellation), ToldPage.Parse);

    /// <summary>Gives an order; <paramref name="json"/> is its body, null for none.</summary>
    public async Task<AdminReply<ToldPage>> OrderAsync(
        HttpMethod method, string path, string? json, CancellationToken cancellation) => AdminAnswer.Read(
        await _transport.SendAsync(new V2Request(method, Root + path, null) { Json = json ?? "{}" }, cancellation),
        ToldPage.Parse);

    /// <summary>Sends a file; the answer may take as long as the server needs to take it in.</summary>
    public async Task<AdminReply<ToldPage>> UploadAsync(
        string path, string file, Action<long, long> progress, CancellationToken cancellation)
    {
        V2Request request = new(HttpMethod.Post, Root + path, null)
        {
            IsWatch = true,
            MakeContent = () => new FileContent(file, progress),
        };
        return AdminAnswer.Read(await _patient.SendAsync(request, cancellation), ToldPage.Parse);
    }

    /// <summary>Begins to fetch a file; exactly one of the results is set.</summary>
    public async Task<(BackupDownload? Download, AdminReply<ToldPage>? Reply)> DownloadAsync(
        string path, CancellationToken cancellation)
    {
        (BackupDownload? download, V2Reply? reply) = await _patient.DownloadAsync(
            V2Request.Plain(Root + path) with { IsWatch = true }, cancellation);
        return download is not null ? (download, null) : (null, AdminAnswer.Read(reply!, ToldPage.Parse));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _transport.Dispose();
        _patient.Dispose();
    }
}
