namespace CoreNode.Pki;

/// <summary>Whom a set of certificates is for; its flags and metrics are named after it.</summary>
public enum CertificateUse
{
    /// <summary>Clients: <c>--cert-file</c> and so on, metrics with <c>use="client"</c>.</summary>
    Clients,

    /// <summary>Members: <c>--peer-cert-file</c> and so on, metrics with <c>use="peer"</c>.</summary>
    Peers,
}
