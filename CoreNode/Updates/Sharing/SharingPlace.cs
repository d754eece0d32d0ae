using CoreNode.Store;

namespace CoreNode.Updates.Sharing;

/// <summary>What a node shares payloads by. Any thread.</summary>
/// <param name="Store">Where it stands who keeps what.</param>
/// <param name="Peers">The way to other nodes.</param>
/// <param name="Nodes">How many nodes share, as far as is known; 1: this one alone.</param>
/// <param name="FreeBytes">Bytes that are free on the disk where payloads are kept.</param>
public sealed record SharingPlace(IKvClient Store, IPayloadPeers Peers, Func<int> Nodes, Func<long> FreeBytes)
{
    /// <summary>
    /// Where a worker reaches the only member of its cluster, which would not know of it else. It gives an empty list
    /// while no member is known, and null where there are several. Null on a node that is no worker.
    /// </summary>
    public Func<IReadOnlyList<string>?>? OnlyMember { get; init; }
}
