using CoreNode.Pki;
using Microsoft.Extensions.Logging;

namespace CoreNode.Hosting;

/// <summary>The certificates of a node, whatever its kind; null where the options name none.</summary>
/// <param name="Clients">What https client and admin URLs show.</param>
/// <param name="Peers">What https peer URLs show, and what this node shows other nodes.</param>
internal sealed record NodeCertificates(ICertificateSource? Clients, ICertificateSource? Peers)
{
    /// <summary>Reads the files that the options name.</summary>
    /// <exception cref="IOException">Some cannot be used; the message names flag and file.</exception>
    public static NodeCertificates Read(NodeOptions options, NodeProcess process)
    {
        ILogger<CertificateSource> logger = process.Logs.CreateLogger<CertificateSource>();
        return new NodeCertificates(
            Source(options.ClientTls, CertificateUse.Clients), Source(options.PeerTls, CertificateUse.Peers));

        CertificateSource? Source(TlsFiles? files, CertificateUse use) => files is null
            ? null
            : new CertificateSource(files, use, process.Metrics, TimeProvider.System, logger);
    }
}
