namespace CoreNode.Proxy;

/// <summary>Asks members about themselves; implemented by whoever owns the connections. Any thread.</summary>
public interface IMemberProbe
{
    /// <summary>
    /// Asks the member at a client URL for its health and its list of members, within a bounded time.
    /// </summary>
    Task<ProbeAnswer> AskAsync(Route route, CancellationToken cancellation);

    /// <summary>
    /// Asks a member at a peer URL for the list of members, within a bounded time; null if it does not answer.
    /// </summary>
    Task<MemberList?> DescribeAsync(string peerUrl, CancellationToken cancellation);
}
