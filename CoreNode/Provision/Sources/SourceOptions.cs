using System.Net;
using System.Net.Security;

namespace CoreNode.Provision.Sources;

/// <summary>How sources are asked.</summary>
public sealed record SourceOptions
{
    /// <summary>Clock of the limits.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Limits of one request.</summary>
    public WebLimits Limits { get; init; } = new();

    /// <summary>Proxies for what is further away than the machine's own link; null: none.</summary>
    public IWebProxy? Proxies { get; init; }

    /// <summary>Makes the TLS settings of a connection; null: the framework's, with the system's authorities.</summary>
    public Func<SslClientAuthenticationOptions>? Tls { get; init; }

    /// <summary>Where all local paths begin; "" for the machine's own.</summary>
    public string Root { get; init; } = "";

    /// <summary>False: what counts at the first boot only, such as ignition.config.url=, is not asked.</summary>
    public bool IsFirstBoot { get; init; } = true;
}
