using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Model;

/// <summary>Which of CoreNode's routes belong to a network: several networks share the kernel's table.</summary>
/// <param name="Mine">What this network has, or had before it was changed.</param>
/// <param name="Others">What other networks have; null while that is not known of each.</param>
public sealed record RouteOwner(IReadOnlyList<IpPrefix> Mine, IReadOnlyList<IpPrefix>? Others)
{
    /// <summary>True if a route is this network's to remove: in its own range, or in nobody's.</summary>
    public bool Owns(IpPrefix to) =>
        Others is null ? Has(Mine, to) : !Has(Others, to);

    private static bool Has(IReadOnlyList<IpPrefix> ranges, IpPrefix to)
    {
        foreach (IpPrefix range in ranges)
        {
            if (AddressMath.Contains(range, to))
                return true;
        }

        return false;
    }
}
