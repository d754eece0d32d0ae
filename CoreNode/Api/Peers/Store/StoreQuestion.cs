using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api.Peers.Store;

/// <summary>One call of <see cref="IKvClient"/>, on its way to another node: exactly one of the nested cases.</summary>
internal abstract record StoreQuestion
{
    private StoreQuestion()
    {
    }

    /// <summary>The key or directory that it is about.</summary>
    internal abstract string Key { get; init; }

    /// <summary>It can be asked twice.</summary>
    internal bool IsSafe => this is Get;

    internal sealed record Get(string Key, KvGetOptions Options) : StoreQuestion
    {
        internal override string Key { get; init; } = Key;
    }

    internal sealed record Set(string Key, string Value, KvSetOptions Options) : StoreQuestion
    {
        internal override string Key { get; init; } = Key;
    }

    internal sealed record CreateInOrder(string Key, string Value, TimeSpan? TimeToLive) : StoreQuestion
    {
        internal override string Key { get; init; } = Key;
    }

    internal sealed record Delete(string Key, KvDeleteOptions Options) : StoreQuestion
    {
        internal override string Key { get; init; } = Key;
    }

    internal sealed record Watch(string Key, bool IsRecursive, StoreIndex Since) : StoreQuestion
    {
        internal override string Key { get; init; } = Key;
    }
}
