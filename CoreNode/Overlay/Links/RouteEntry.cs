using System.Globalization;
using System.Net;
using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Links;

/// <summary>A route of the main table as the kernel shows it.</summary>
/// <param name="To">Where to.</param>
/// <param name="Via">The next machine; null: none, or several.</param>
/// <param name="Device">Number of the device; 0: none, or several.</param>
/// <param name="Protocol">Who made it.</param>
/// <param name="IsOnLink">Whether the gateway counts as on the device.</param>
/// <param name="IsUsual">It has the metric of those that ask for none, and is an ordinary one.</param>
internal sealed record RouteEntry(
    IpPrefix To, IPAddress? Via, int Device, byte Protocol, bool IsOnLink, bool IsUsual)
{
    /// <summary>CoreNode made it.</summary>
    public bool IsOurs => Protocol == Netlink.OwnProtocol;

    /// <summary>True if it leads the same way.</summary>
    public bool LeadsAs(NetworkRoute route, int device) =>
        Device == device && Equals(Via, route.Via) && IsOnLink == route.IsOnLink;

    /// <summary>For people.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{To}{(Via is null ? "" : $" via {Via}")} (protocol {Protocol})");
}
