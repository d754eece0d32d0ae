using CoreNode.Api.Peers.Requests;
using CoreNode.Store;
using CoreNode.Updates.Sharing;

namespace CoreNode.Hosting.Updates.Sharing;

/// <summary>What sharing payloads is given by the kind of node that it runs on.</summary>
/// <param name="Store">The store.</param>
/// <param name="Requests">The way to other nodes; null while the cluster is not known.</param>
/// <param name="Nodes">How many nodes there are, as far as is known.</param>
internal sealed record SharingAccess(IKvClient Store, Func<NodeRequests?> Requests, Func<int> Nodes)
{
    /// <summary>See <see cref="SharingPlace.OnlyMember"/>.</summary>
    public Func<IReadOnlyList<string>?>? OnlyMember { get; init; }
}
