using CoreNode.Api.Peers.Requests;
using CoreNode.Foundation;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Hosting.Updates.Sites;

/// <summary>
/// Answers a machine whose new version cannot prove itself: is this member in the cluster, does it reach that machine,
/// does it reach the update server? Where to is never said by who asks. Any thread.
/// </summary>
internal sealed class SiteService(TimeProvider time) : INodeService
{
    /// <summary>Its name.</summary>
    public const string Name = "site";

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(3);

    // Hundreds of machines that come up together ask the same.
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new(); // _tried, _server, _since
    private volatile SitePlace? _place;
    private Task<bool>? _tried;
    private string _server = "";
    private long _since;

    /// <summary>From now on it answers.</summary>
    public void Bind(SitePlace place) => _place = place;

    /// <inheritdoc/>
    public async Task ServeAsync(NodeRequest request, CancellationToken cancellation)
    {
        SitePlace place = _place ?? throw new IOException("this node has only just started: ask again");
        WitnessAccount account = await LookAsync(place, request.Caller.Node, cancellation);
        await request.Answer.WriteAsync(SiteJson.Write(account), cancellation);
    }

    private async Task<WitnessAccount> LookAsync(SitePlace place, NodeId asker, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_limit);
        IReadOnlyList<Uri> urls = place.Find(asker);
        Task<bool>? back = urls.Count > 0 ? SiteConnect.TryAnyAsync(urls, limit.Token) : null;
        UpdateTarget? server = place.Server();
        bool? isServerReached = server is null ? null : await Try(server).WaitAsync(cancellation);
        bool? isAskerReached = back is null ? null : await back;
        cancellation.ThrowIfCancellationRequested();
        return new WitnessAccount("", place.IsInCluster(), isAskerReached, server?.Name ?? "", isServerReached)
        {
            Member = place.Member,
            IsLeaving = place.IsLeaving(),
        };
    }

    private Task<bool> Try(UpdateTarget server)
    {
        lock (_gate)
        {
            bool isFresh = _tried is not null && _server == server.Name && time.GetElapsedTime(_since) < s_fresh;
            if (!isFresh)
            {
                _server = server.Name;
                _since = time.GetTimestamp();
                _tried = TryOnceAsync(server.Address);
            }

            return _tried!;
        }
    }

    private static async Task<bool> TryOnceAsync(Uri address)
    {
        using CancellationTokenSource limit = new(s_limit);
        return await SiteConnect.TryAsync(address, limit.Token);
    }
}
