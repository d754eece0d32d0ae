using CoreNode.Store;

namespace CoreNode.Updates.Sharing;

/// <summary>What a node shares payloads by. Any thread.</summary>
/// <param name="Store">Where it stands who keeps what.</param>
/// <param name="Peers">The way to other nodes.</param>
/// <param name="Nodes">How many nodes share, as far as is known; 1: this one alone.</param>
/// <param name="FreeBytes">Bytes that are free on the disk where payloads are kept.</param>
public sealed record SharingPlace(IKvClient Store, IPayloadPeers Peers, Func<int> Nodes, Func<long> FreeBytes);
