using CoreNode.Foundation;

namespace CoreNode.Store;

/// <summary>What a watch tells, in order: exactly one of the nested cases.</summary>
public abstract record KvWatchItem
{
    private KvWatchItem()
    {
    }

    /// <summary>Its kind, and what it says, for a message.</summary>
    public sealed override string ToString() => this switch
    {
        Disconnected disconnected => $"disconnected: {disconnected.Reason}",
        Refused refused => $"refused: {refused.Error}",
        _ => GetType().Name,
    };

    /// <summary>Something changed.</summary>
    public sealed record Changed(KvChange Change) : KvWatchItem;

    /// <summary>
    /// Changes since <paramref name="Asked"/> are gone from the store's history. The key was read again:
    /// <paramref name="Now"/> (null: it does not exist) stood at <paramref name="Index"/>, and the watch goes on after.
    /// </summary>
    public sealed record HistoryLost(StoreIndex Asked, KvNode? Now, StoreIndex Index) : KvWatchItem;

    /// <summary>
    /// The connection is lost, or never was made (<paramref name="IsFirst"/>); the watch tries again by itself and no
    /// change is missed.
    /// </summary>
    public sealed record Disconnected(string Reason, bool IsFirst) : KvWatchItem;

    /// <summary>The store will not serve this watch: the last item.</summary>
    public sealed record Refused(KvError Error) : KvWatchItem;
}
