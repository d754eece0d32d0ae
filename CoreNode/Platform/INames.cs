using System.Net;

namespace CoreNode.Platform;

/// <summary>
/// The seam to name servers, as the machine's own configuration (/etc/resolv.conf, /etc/hosts) says. Any thread.
/// </summary>
public interface INames
{
    /// <summary>The SRV records of a full name such as _etcd-server._tcp.example.com.</summary>
    Task<NameAnswer<SrvRecord>> FindServicesAsync(string name, CancellationToken cancellation);

    /// <summary>The addresses of a host name, or the address itself.</summary>
    Task<NameAnswer<IPAddress>> FindAddressesAsync(string host, CancellationToken cancellation);
}
