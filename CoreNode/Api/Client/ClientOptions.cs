using System.Security.Cryptography;

namespace CoreNode.Api.Client;

/// <summary>How a <see cref="V2Client"/> reaches its nodes.</summary>
public sealed record ClientOptions
{
    /// <summary>Nodes, tried in this order; at least one.</summary>
    public required IReadOnlyList<ClientEndpoint> Endpoints { get; init; }

    /// <summary>
    /// Longest time for one request to one endpoint, connecting included; for watches only until the answer begins. The
    /// default is longer than the 7 s after which a node without quorum answers with the reason.
    /// </summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time to connect to one endpoint.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// False: watches wait for their answer to begin without limit, as behind a proxy that holds it back.
    /// </summary>
    public bool LimitsWatchStart { get; init; } = true;

    /// <summary>PEM file with the CAs that https endpoints are checked against; null: the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>The flag that names <see cref="CaFile"/>, for messages.</summary>
    public string AuthoritiesFlag { get; init; } = "--cacert";

    /// <summary>PEM file with the client certificate; with <see cref="KeyFile"/>.</summary>
    public string? CertFile { get; init; }

    /// <summary>PEM file with the client certificate's key.</summary>
    public string? KeyFile { get; init; }

    /// <summary>User and password for Basic authentication, as "user:password"; null for none.</summary>
    public string? User { get; init; }

    /// <summary>Secret of a token that is shown instead of a user; null for none.</summary>
    public string? Token { get; init; }

    /// <summary>Told of every request right before it is sent to that endpoint.</summary>
    public Action<ClientEndpoint, V2Request>? Trace { get; init; }

    /// <summary>Time for deadlines and for waits between attempts.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// Seed of the chance in waits between attempts, so that many clients do not return at one moment.
    /// </summary>
    public ulong JitterSeed { get; init; } = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
}
