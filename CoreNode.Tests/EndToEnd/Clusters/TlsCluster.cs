using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using CoreNode.Tests.Pki;

namespace CoreNode.Tests.EndToEnd.Clusters;

/// <summary>
/// Three members on loopback that speak nothing but TLS, with clients and with each other, and let nobody in without a
/// certificate of their authority. Owned by one test.
/// </summary>
internal sealed class TlsCluster : IAsyncDisposable
{
    private const string Loopback = "127.0.0.1";

    private readonly TestFolder _files = new();
    private readonly List<ServerProcess> _members = [];

    private TlsCluster()
    {
        Authority.WriteCa(_files.Path);
        Authority.Write(_files.Path, "client", "client");
        Client = X509Certificate2.CreateFromPemFile(_files.File("client.crt"), _files.File("client.key"));
    }

    public TestAuthority Authority { get; } = new();

    public IReadOnlyList<ServerProcess> Members => _members;

    /// <summary>The certificate that clients of these tests show.</summary>
    public X509Certificate2 Client { get; }

    /// <summary>What a connection of a good client needs.</summary>
    public SslClientAuthenticationOptions GoodClient => new()
    {
        TargetHost = Loopback,
        ClientCertificateContext = SslStreamCertificateContext.Create(Client, null, offline: true),
#pragma warning disable CA5359 // the test looks at the certificate itself, or at the server
        RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
    };

    public static async Task<TlsCluster> StartAsync()
    {
        TlsCluster cluster = new();
        try
        {
            for (int i = 1; i <= 3; i++)
                cluster.Prepare($"m{i}");
            foreach (ServerProcess member in cluster._members)
            {
                member.Place = member.Place with
                {
                    OtherMembers = string.Join(
                        ',', cluster._members.Where(m => m != member).Select(m => m.Place.InitialMember)),
                };
                member.Launch();
            }

            await Task.WhenAll(cluster._members.Select(m => m.WaitUntilReadyAsync()));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A file of the certificates' folder.</summary>
    public string File(string name) => _files.File(name);

    /// <summary>Gives a member a new certificate and key, one file after the other; its serial number.</summary>
    public string Renew(ServerProcess member)
    {
        using X509Certificate2 renewed = Authority.Issue(member.Place.Name, [Loopback]);
        TestAuthority.Write(_files.Path, member.Place.Name, renewed);
        return renewed.SerialNumber;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ServerProcess member in _members)
            await member.DisposeAsync();
        Client.Dispose();
        Authority.Dispose();
        _files.Dispose();
    }

    private void Prepare(string name)
    {
        Authority.Write(_files.Path, name, Loopback);
        string[] flags =
        [
            "--cert-file", File($"{name}.crt"), "--key-file", File($"{name}.key"), "--trusted-ca-file", File("ca.crt"),
            "--client-cert-auth", "--peer-cert-file", File($"{name}.crt"), "--peer-key-file", File($"{name}.key"),
            "--peer-trusted-ca-file", File("ca.crt"), "--peer-client-cert-auth",
        ];
        _members.Add(ServerProcess.Prepare(
            NodeProcess.Command, flags,
            folder => new ServerPlace(folder, FreePorts.Next(), FreePorts.Next())
            {
                Name = name,
                Scheme = Uri.UriSchemeHttps,
            },
            tls: GoodClient));
    }
}
