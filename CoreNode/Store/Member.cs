using CoreNode.Foundation;

namespace CoreNode.Store;

/// <summary>A member of the cluster as /v2/members shows it.</summary>
/// <param name="Id">Its identity, shown as hex.</param>
/// <param name="Name">Its human name; empty until it has started once.</param>
/// <param name="PeerUrls">Where members reach it.</param>
/// <param name="ClientUrls">Where clients reach it; empty until it has started once.</param>
public sealed record Member(
    NodeId Id, string Name, IReadOnlyList<string> PeerUrls, IReadOnlyList<string> ClientUrls);
