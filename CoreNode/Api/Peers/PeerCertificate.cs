namespace CoreNode.Api.Peers;

/// <summary>What the verified certificate of the other side says.</summary>
/// <param name="Name">Its common name.</param>
/// <param name="Organization">Its organisation; null without one.</param>
internal sealed record PeerCertificate(string Name, string? Organization);
