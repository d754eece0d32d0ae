namespace CoreNode.Updates.Desk;

/// <summary>An order. Whether whoever gives it may was judged before.</summary>
/// <param name="Kind">What is ordered.</param>
public sealed record UpdateOrder(UpdateOrderKind Kind)
{
    /// <summary>
    /// Of <see cref="UpdateOrderKind.Pin"/>: the version, or beginning of versions; never empty there.
    /// </summary>
    public string Version { get; init; } = "";

    /// <summary>
    /// Of <see cref="UpdateOrderKind.Apply"/>: an absolute path on this machine, or an address (http, https); never
    /// empty there.
    /// </summary>
    public string Url { get; init; } = "";

    /// <summary>
    /// True to take an older or expired release. Only set for somebody on the machine itself: over its unix socket.
    /// </summary>
    public bool IsDowngradeAllowed { get; init; }

    /// <summary>True to take a version again that went back here.</summary>
    public bool IsBadAccepted { get; init; }
}
