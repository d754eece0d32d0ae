namespace CoreNode.Tests.Histories;

/// <summary>One change of a key, as a watcher was told of it or as it was committed.</summary>
/// <param name="Index">Its store index: no two changes share one.</param>
/// <param name="Key">The changed key.</param>
/// <param name="Action">etcd's word for it: set, create, update, compareAndSwap, delete …</param>
/// <param name="Value">The value after it; nothing after a removal.</param>
internal sealed record WatchedChange(ulong Index, string Key, string Action, string? Value)
{
    /// <summary>True if the key is gone after it.</summary>
    public bool IsRemoval => Action is "delete" or "compareAndDelete" or "expire";

    /// <inheritdoc/>
    public override string ToString() => $"@{Index} {Action} {Key} {Value}";
}
