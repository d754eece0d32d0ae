namespace CoreNode.Pki;

/// <summary>Certificates that may be replaced while the process runs. Any thread.</summary>
public interface ICertificateSource
{
    /// <summary>
    /// The newest complete set: looked up at each handshake, so what was replaced on disk serves the next connection
    /// and no present one is dropped. Never waits for long; a new set that cannot be used is told once and the last
    /// good one stays.
    /// </summary>
    TlsCertificates Current { get; }
}
