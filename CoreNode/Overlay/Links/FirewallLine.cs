using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Links;

/// <summary>One rule of the own table: packets of one family, by source, destination or both.</summary>
/// <param name="From">Where packets come from; null: anywhere.</param>
/// <param name="IsNotFrom">Those that come from elsewhere.</param>
/// <param name="To">Where they go to; null: anywhere.</param>
/// <param name="IsNotTo">Those that go elsewhere.</param>
/// <param name="Action">What becomes of them.</param>
internal sealed record FirewallLine(IpPrefix? From, bool IsNotFrom, IpPrefix? To, bool IsNotTo, LineAction Action)
{
    /// <summary>True for IPv6 packets.</summary>
    public bool IsIPv6 => (From ?? To)!.IsIPv6;
}
