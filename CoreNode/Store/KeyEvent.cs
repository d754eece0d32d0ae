using CoreNode.Foundation;

namespace CoreNode.Store;

/// <summary>
/// One change of the key space, as answered to the writer and told to watchers. Immutable but for the cache.
/// </summary>
public sealed class KeyEvent
{
    /// <summary>What happened.</summary>
    public required KeyAction Action { get; init; }

    /// <summary>Store index of the change.</summary>
    public required StoreIndex Index { get; init; }

    /// <summary>The key after the change (for delete and expire: without value).</summary>
    public required KeyRecord Node { get; init; }

    /// <summary>The key before the change; none if it did not exist.</summary>
    public KeyRecord Previous { get; init; }

    /// <summary>True for refresh=true writes, which no watcher is told of.</summary>
    public bool IsRefresh { get; init; }

    /// <summary>
    /// Wall clock when it was applied here, for the remaining ttl that is shown; not replicated state.
    /// </summary>
    public required long TimeUnixNs { get; init; }

    /// <summary>
    /// True if the answer is 201: the key was not there before (a set that created, create, in-order create).
    /// </summary>
    public bool IsCreated => Action == KeyAction.Create || (Action == KeyAction.Set && Previous.IsNone);

    /// <summary>
    /// The event as JSON, made by the first watcher that needs it and shared by the others. A race only makes it twice.
    /// </summary>
    public byte[]? Rendered { get; set; }
}
