using CoreNode.Api;
using CoreNode.Api.UpdateServer;
using CoreNode.Pki;
using CoreNode.Updates.Server;

namespace CoreNode.Hosting.UpdateServer;

/// <summary>What `corenode update-server serve` was told.</summary>
public sealed record ServeOptions
{
    /// <summary>Of the catalogue.</summary>
    public required UpdateServerOptions Server { get; init; }

    /// <summary>Of HTTP; certificates and socket are added when they are there.</summary>
    public required ApiOptions Api { get; init; }

    /// <summary>Of HTTP beside that.</summary>
    public required UpdateServerSettings Settings { get; init; }

    /// <summary>Files of TLS; null without https.</summary>
    public TlsFiles? Tls { get; init; }

    /// <summary>Unix socket of administrators; null for none.</summary>
    public string? UnixSocket { get; init; }

    /// <summary>Folder, or one file, of keys that packages must be signed by.</summary>
    public required string KeysFolder { get; init; }

    /// <summary>Least level of log lines.</summary>
    public required string LogLevel { get; init; }
}
