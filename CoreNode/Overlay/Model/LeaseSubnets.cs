using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Model;

/// <summary>What one machine leases: a subnet of either family, or one of each.</summary>
public sealed record LeaseSubnets(IpPrefix? V4, IpPrefix? V6)
{
    /// <inheritdoc/>
    public override string ToString() =>
        V4 is not null && V6 is not null ? $"{V4} and {V6}" : (V4 ?? V6)?.ToString() ?? "";
}
