namespace CoreNode.Pki;

/// <summary>What a certificate was made for; its organisation says so (docs/decisions/0017).</summary>
public enum CertificateKind
{
    /// <summary>Of another maker: no organisation of ours.</summary>
    Other,

    /// <summary>Signs the others.</summary>
    Authority,

    /// <summary>A node: as server and as client.</summary>
    Member,

    /// <summary>A program or person that uses the store.</summary>
    Client,

    /// <summary>Who may administer machines.</summary>
    Admin,
}
