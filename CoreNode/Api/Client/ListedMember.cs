namespace CoreNode.Api.Client;

/// <summary>A member as /v2/members tells it; lists may be empty.</summary>
/// <param name="Id">Hexadecimal identity, as shown.</param>
/// <param name="Name">Human name; empty until it has started once.</param>
/// <param name="PeerUrls">Where members reach it.</param>
/// <param name="ClientUrls">Where clients reach it.</param>
public sealed record ListedMember(
    string Id, string Name, IReadOnlyList<string> PeerUrls, IReadOnlyList<string> ClientUrls)
{
    /// <summary>True while it has no vote; etcd's v2 API never says so.</summary>
    public bool IsLearner { get; init; }
}
