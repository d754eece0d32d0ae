using CoreNode.Pki;

namespace CoreNode.Api;

/// <summary>
/// Who is on the other side of a connection, as far as the connection itself proves it; a request may name a user with
/// its password besides. Immutable.
/// </summary>
/// <param name="IsMachineAdmin">
/// A process of root, of the node's own user or of the group corenode, by the peer credentials of the unix socket.
/// </param>
/// <param name="CertificateName">
/// Common name of the client certificate that was verified, empty if it has none; null without a certificate.
/// </param>
internal sealed record Caller(bool IsMachineAdmin, string? CertificateName)
{
    /// <summary>Nothing is known.</summary>
    public static readonly Caller Unknown = new(false, null);

    /// <summary>A process that may administer this machine's node.</summary>
    public static readonly Caller MachineAdmin = new(true, null);

    /// <summary>Organisations (O) in the certificate's subject; empty without one.</summary>
    public IReadOnlyList<string> CertificateOrganisations { get; init; } = [];

    /// <summary>
    /// The certificate is good for administration: it is marked so, or is one of an authority that does not mark what
    /// its certificates are for.
    /// </summary>
    public bool HasAdminCertificate => CertificateName is not null
        && (CertificateOrganisations.Contains(CertificateKinds.Admins) || !IsMarkedOtherwise);

    private bool IsMarkedOtherwise => CertificateOrganisations.Contains(CertificateKinds.Clients)
        || CertificateOrganisations.Contains(CertificateKinds.Members);
}
