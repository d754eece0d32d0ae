using CoreNode.Api.Peers.Requests;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api.Peers.Store;

/// <summary>
/// Watches for nodes that are no members: a request for as long as the watch lasts, a line for each thing that it
/// tells. Registered on members under <see cref="Name"/>.
/// </summary>
public sealed class StoreWatchService : INodeService
{
    /// <summary>Its name among the services of a node.</summary>
    public const string Name = "store-watch";

    private volatile Bound? _bound;

    /// <inheritdoc/>
    public bool IsLongLived => true;

    /// <summary>From now on it answers.</summary>
    public void Bind(IKvClient client, StoreAccess access) => _bound = new Bound(client, access);

    /// <inheritdoc/>
    public async Task ServeAsync(NodeRequest request, CancellationToken cancellation)
    {
        MessageLines lines = new(request.Body, StoreJson.MaxBytes);
        if (await lines.ReadAsync(cancellation) is not { } line)
            return;
        if (_bound is not { } bound)
            throw new IOException("this member has only just been started");
        if (StoreJson.ParseQuestion(line) is not StoreQuestion.Watch watch)
            throw new FormatException("that is no watch");
        if (await bound.Access.RefuseAsync(watch.Key, cancellation) is { } refusal)
        {
            await request.Answer.WriteAsync(StoreJson.Format(new KvWatchItem.Refused(refusal)), cancellation);
            return;
        }

        // Named, so that a watch from now on goes on where it was, at whatever member.
        StoreIndex since = watch.Since == StoreIndex.Zero
            ? (await FindIndexAsync(bound.Client, watch.Key, cancellation)).Next
            : watch.Since;
        await request.Answer.WriteAsync(StoreJson.FormatStart(new StoreIndex(since.Value - 1)), cancellation);
        await foreach (KvWatchItem item in
            bound.Client.WatchAsync(watch.Key, watch.IsRecursive, since, cancellation))
        {
            if (item is not KvWatchItem.Disconnected)
                await request.Answer.WriteAsync(StoreJson.Format(item), cancellation);
        }
    }

    private static async Task<StoreIndex> FindIndexAsync(
        IKvClient client, string key, CancellationToken cancellation) =>
        await client.GetAsync(key, KvGetOptions.Plain, cancellation) switch
        {
            KvOutcome.Done done => done.Change.Index,
            KvOutcome.Refused refused => new StoreIndex(refused.Error.Index),
            var other => throw new IOException($"the store does not say where it stands: {other}"),
        };

    private sealed record Bound(IKvClient Client, StoreAccess Access);
}
