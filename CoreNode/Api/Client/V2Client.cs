using System.Runtime.CompilerServices;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api.Client;

/// <summary>
/// The v2 API of CoreNode's nodes or of an existing etcd, over HTTP: <see cref="IKvClient"/> for the other modules and
/// the command line, and what only the command line asks for (members, health). Thread-safe.
/// </summary>
public sealed class V2Client : IKvClient, IDisposable
{
    private readonly V2Transport _transport;
    private readonly ClientOptions _options;
    private int _watches;

    /// <summary>Connects to nothing yet.</summary>
    /// <exception cref="ClientConfigurationException">The options cannot be used.</exception>
    public V2Client(ClientOptions options)
    {
        _options = options;
        _transport = new V2Transport(options);
    }

    /// <summary>Sends any request: for callers that want the answer's own bytes.</summary>
    public Task<V2Reply> SendAsync(V2Request request, CancellationToken cancellation) =>
        _transport.SendAsync(request, cancellation);

    /// <inheritdoc/>
    public Task<KvOutcome> GetAsync(string key, KvGetOptions options, CancellationToken cancellation) =>
        CallAsync(V2Request.Get(KeyPath.OfKey(key), options), cancellation);

    /// <inheritdoc/>
    public Task<KvOutcome> SetAsync(
        string key, string value, KvSetOptions options, CancellationToken cancellation) =>
        SetAsync(key, Encoding.UTF8.GetBytes(value), options, cancellation);

    /// <summary>As the other, with a value of any bytes; what is not UTF-8 comes back as U+FFFD.</summary>
    public Task<KvOutcome> SetAsync(
        string key, byte[] value, KvSetOptions options, CancellationToken cancellation) =>
        CallAsync(V2Request.Set(KeyPath.OfKey(key), value, options), cancellation);

    /// <inheritdoc/>
    public Task<KvOutcome> CreateInOrderAsync(
        string directory, string value, TimeSpan? timeToLive, CancellationToken cancellation) =>
        CallAsync(
            V2Request.CreateInOrder(KeyPath.OfKey(directory), Encoding.UTF8.GetBytes(value), timeToLive),
            cancellation);

    /// <inheritdoc/>
    public Task<KvOutcome> DeleteAsync(string key, KvDeleteOptions options, CancellationToken cancellation) =>
        CallAsync(V2Request.Delete(KeyPath.OfKey(key), options), cancellation);

    /// <inheritdoc/>
    public async IAsyncEnumerable<KvWatchItem> WatchAsync(
        string key, bool isRecursive, StoreIndex since, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ulong seed = unchecked(_options.JitterSeed + (ulong)Interlocked.Increment(ref _watches));
        using var watcher = new V2Watcher(
            _transport, this, KeyPath.Clean(key), isRecursive, since, _options.Time, new Prng(seed));
        while (true)
        {
            KvWatchItem item = await watcher.NextAsync(cancellation);
            yield return item;
            if (item is KvWatchItem.Refused)
                yield break;
        }
    }

    /// <summary>The cluster's members as a node tells them.</summary>
    public async Task<MembersOutcome> ListMembersAsync(CancellationToken cancellation)
    {
        V2Reply reply = await SendAsync(V2Request.Plain("/v2/members"), cancellation);
        return MembersJson.ParseList(reply);
    }

    /// <summary>The leader: a list of one.</summary>
    public async Task<MembersOutcome> GetLeaderAsync(CancellationToken cancellation)
    {
        V2Reply reply = await SendAsync(V2Request.Plain("/v2/members/leader"), cancellation);
        return MembersJson.ParseOne(reply);
    }

    /// <summary>Adds a member that is reached at these URLs: a list of one. It votes once it has caught up.</summary>
    public async Task<MembersOutcome> AddMemberAsync(
        IReadOnlyList<string> peerUrls, bool isForced, CancellationToken cancellation) =>
        MembersJson.ParseOne(await SendAsync(V2Request.AddMember(peerUrls, isForced), cancellation));

    /// <summary>Gives a member other peer URLs.</summary>
    public async Task<MembersOutcome> UpdateMemberAsync(
        string id, IReadOnlyList<string> peerUrls, bool isForced, CancellationToken cancellation) =>
        MembersJson.ParseDone(await SendAsync(V2Request.UpdateMember(id, peerUrls, isForced), cancellation));

    /// <summary>Removes a member for good.</summary>
    public async Task<MembersOutcome> RemoveMemberAsync(string id, bool isForced, CancellationToken cancellation) =>
        MembersJson.ParseDone(await SendAsync(V2Request.RemoveMember(id, isForced), cancellation));

    /// <summary>Gives a learner its vote now.</summary>
    public async Task<MembersOutcome> PromoteMemberAsync(string id, bool isForced, CancellationToken cancellation) =>
        MembersJson.ParseDone(await SendAsync(V2Request.PromoteMember(id, isForced), cancellation));

    /// <summary>
    /// Begins to download the whole state from the first endpoint that gives it; the caller disposes what it gets.
    /// </summary>
    public Task<(BackupDownload? Download, V2Reply? Reply)> DownloadAsync(
        bool isLocal, CancellationToken cancellation) =>
        _transport.DownloadAsync(V2Request.Backup(isLocal), cancellation);

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private async Task<KvOutcome> CallAsync(V2Request request, CancellationToken cancellation)
    {
        V2Reply reply = await _transport.SendAsync(request, cancellation);
        return reply switch
        {
            V2Reply.Answered answer => V2Json.ParseAnswer(answer),
            V2Reply.Failed failed when failed.MayHaveHappened && !request.IsSafe =>
                new KvOutcome.Unknown(failed.Reason),
            V2Reply.Failed failed => new KvOutcome.Unreachable(failed.Reason),
            _ => throw new InvalidOperationException("an unknown kind of reply"),
        };
    }
}
