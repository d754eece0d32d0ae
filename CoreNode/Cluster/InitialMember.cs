namespace CoreNode.Cluster;

/// <summary>One member of --initial-cluster.</summary>
public sealed record InitialMember(string Name, IReadOnlyList<string> PeerUrls);
