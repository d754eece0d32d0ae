using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Updates.Sharing;

/// <summary>Who keeps what, in the store. Nothing is written but when a payload begins or ends to be kept.</summary>
internal sealed class KeeperRegistry(IKvClient store, SharingOptions options, TimeProvider time)
{
    /// <summary>The keepers of a payload; null if the store does not answer.</summary>
    public async Task<IReadOnlyList<Keeper>?> ListAsync(string sha256, CancellationToken cancellation)
    {
        KvOutcome outcome = await AskAsync(
            limit => store.GetAsync(KeeperKeys.Prefix, KvGetOptions.Plain, limit), cancellation);
        if (outcome is KvOutcome.Refused refused && refused.Error.Is(ErrorCode.KeyNotFound))
            return [];
        if (outcome is not KvOutcome.Done done)
            return null;
        List<Keeper> keepers = [];
        foreach (KvNode node in done.Change.Node.Nodes)
        {
            if (KeeperKeys.Read(node, out string found) is { } keeper && found == sha256)
                keepers.Add(keeper);
        }

        return keepers;
    }

    /// <summary>Becomes a keeper; zero if somebody else was faster, or the store does not say so.</summary>
    public async Task<StoreIndex> ClaimAsync(
        string sha256, int slot, Keeper? inPlaceOf, long first, CancellationToken cancellation)
    {
        string key = KeeperKeys.Of(sha256, slot);
        if (inPlaceOf is { } gone)
        {
            // Compared with what was seen: a keeper that has come back since stays.
            KvDeleteOptions only = new() { PreviousIndex = gone.Changed };
            if (await AskAsync(limit => store.DeleteAsync(key, only, limit), cancellation) is not KvOutcome.Done)
                return StoreIndex.Zero;
        }

        KvSetOptions create = new() { MustExist = false, TimeToLive = options.Keep };
        KvOutcome outcome = await AskAsync(
            limit => store.SetAsync(key, Value(first), create, limit), cancellation);
        return outcome is KvOutcome.Done done ? done.Change.Node.CreatedIndex : StoreIndex.Zero;
    }

    /// <summary>Is no keeper any more; where the store does not answer, the key goes by itself.</summary>
    public Task ReleaseAsync(string sha256, int slot, long first, CancellationToken cancellation)
    {
        // Whoever took the slot over wrote something else.
        KvDeleteOptions own = new() { PreviousValue = Value(first) };
        return AskAsync(limit => store.DeleteAsync(KeeperKeys.Of(sha256, slot), own, limit), cancellation);
    }

    /// <summary>The key stays for another while.</summary>
    public Task RefreshAsync(string sha256, int slot, CancellationToken cancellation)
    {
        KvSetOptions refresh = new()
        {
            MustExist = true,
            IsRefresh = true,
            TimeToLive = options.Keep,
        };
        return AskAsync(limit => store.SetAsync(KeeperKeys.Of(sha256, slot), "", refresh, limit), cancellation);
    }

    private string Value(long first) => KeeperKeys.Write(options.Machine, options.PeerUrls, first);

    private async Task<KvOutcome> AskAsync(
        Func<CancellationToken, Task<KvOutcome>> ask, CancellationToken cancellation)
    {
        using CancellationTokenSource late = new(options.Times.Store, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            return await ask(limit.Token).WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new KvOutcome.Unknown("no answer in time");
        }
        catch (IOException fault)
        {
            return new KvOutcome.Unreachable(fault.Message);
        }
    }
}
