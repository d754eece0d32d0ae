namespace CoreNode.Api.UpdateServer;

/// <summary>
/// Settings of the update server's surface. Of <see cref="ApiOptions"/>, which it comes with, the client listeners, the
/// unix socket, certificates, limits and <see cref="ApiOptions.IsAdminInsecure"/> apply.
/// </summary>
public sealed record UpdateServerSettings
{
    /// <summary>
    /// What machines reach the server by, with a slash at its end; null for what each of them wrote into its request.
    /// </summary>
    public string? AdvertiseUrl { get; init; }

    /// <summary>"user:password" that machines must show to ask and to fetch; null for none.</summary>
    public string? DownloadUser { get; init; }

    /// <summary>Whoever reaches the server may look, without a token.</summary>
    public bool IsViewOpen { get; init; }

    /// <summary>Proxies whose X-Forwarded-For counts.</summary>
    public TrustedProxies Proxies { get; init; } = new();
}
