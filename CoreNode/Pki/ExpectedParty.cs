namespace CoreNode.Pki;

/// <summary>Who the other side of one connection must prove to be.</summary>
/// <param name="Peer">The other side for messages: "https://10.0.0.2:2380", "10.0.0.3:40112".</param>
/// <param name="IsServer">This side has connected: the other one is a server.</param>
public sealed record ExpectedParty(string Peer, bool IsServer)
{
    /// <summary>
    /// Host name or IP address that its certificate must stand for; null to take any (of clients, which have none).
    /// </summary>
    public string? Name { get; init; }

    /// <summary>A connection without a certificate is refused.</summary>
    public bool MustShow { get; init; } = true;

    /// <summary>What names the authorities, for messages: a flag such as "--peer-trusted-ca-file".</summary>
    public string AuthoritiesFlag { get; init; } = "--trusted-ca-file";
}
