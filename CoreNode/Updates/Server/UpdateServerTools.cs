using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Updates.Keys;
using Microsoft.Extensions.Logging;

namespace CoreNode.Updates.Server;

/// <summary>What a server needs of the world.</summary>
public sealed record UpdateServerTools
{
    /// <summary>The file system, for payloads; the database has SQLite's own way to it.</summary>
    public required IFiles Files { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Whose payloads are taken, asked anew for each; may throw an <see cref="IOException"/>.</summary>
    public required Func<TrustedKeys> Trust { get; init; }

    /// <summary>Update servers elsewhere; null if none may be asked.</summary>
    public IUpstream? Upstream { get; init; }

    /// <summary>Figures.</summary>
    public required MetricRegistry Metrics { get; init; }

    /// <summary>Messages.</summary>
    public required ILogger Log { get; init; }
}
