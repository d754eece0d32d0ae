using CoreNode.Api.Limits;
using CoreNode.Pki;

namespace CoreNode.Api;

/// <summary>Settings of the client surface; the defaults are etcd's where etcd has the setting.</summary>
public sealed record ApiOptions
{
    /// <summary>What this program is, for /corenode/v1/status.</summary>
    public string ProgramVersion { get; init; } = "";

    /// <summary>
    /// Where clients are served: http://ADDRESS:PORT or https://ADDRESS:PORT, the port 0 means any free one.
    /// </summary>
    public IReadOnlyList<Uri> ListenClientUrls { get; init; } = [];

    /// <summary>Where administrators are served, too; see docs/security.md.</summary>
    public IReadOnlyList<Uri> ListenAdminUrls { get; init; } = [];

    /// <summary>
    /// Where this machine's containers reach the keys: http://ADDRESS:PORT or http://INTERFACE:PORT, which may come
    /// later.
    /// </summary>
    public IReadOnlyList<Uri> ListenContainerUrls { get; init; } = [];

    /// <summary>What containers show there; without one they are not served.</summary>
    public string? ContainerToken { get; init; }

    /// <summary>What https listeners show and ask for; null where there are none.</summary>
    public ICertificateSource? Certificates { get; init; }

    /// <summary>
    /// TLS handshakes that may be under way at once, half of them from one address; more connections are closed.
    /// </summary>
    public int MaxTlsHandshakes { get; init; } = 512;

    /// <summary>How long a TLS handshake may take.</summary>
    public TimeSpan TlsHandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Lifts the refusals that keep strangers from changing things (--insecure-admin).</summary>
    public bool IsAdminInsecure { get; init; }

    /// <summary>Unix socket with the same surface, mode 0660; none if null.</summary>
    public string? UnixSocketPath { get; init; }

    /// <summary>A second one for fleet's clients, /run/fleet.sock as a rule; none if null.</summary>
    public string? FleetSocketPath { get; init; }

    /// <summary>
    /// Client listeners on loopback addresses are administrators' too (--dev): every process of the machine is one.
    /// </summary>
    public bool AdministersOnLoopback { get; init; }

    /// <summary>Origins that browsers may call from; "*" means all.</summary>
    public IReadOnlyList<string> CorsOrigins { get; init; } = ["*"];

    /// <summary>What one request, one client and all together may take.</summary>
    public ApiLimits Limits { get; init; } = new();

    /// <summary>Longest JSON body of the members and auth surfaces.</summary>
    public int MaxJsonBytes => Limits.MaxJsonBytes;

    /// <summary>How much work a guess at a new user's password costs (PBKDF2 iterations).</summary>
    public int PasswordIterations { get; init; } = 210_000;

    /// <summary>How long <see cref="ApiServer.StopAsync"/> waits for requests before it cuts them off.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A listing longer than this leaves the socket thread and is streamed in chunks of this size.
    /// </summary>
    public int ListingChunkBytes { get; init; } = 32 << 10;
}
