using System.Net;
using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Model;

/// <summary>The interface that carries the overlay, and the addresses on it.</summary>
/// <param name="Facts">The interface.</param>
/// <param name="V4">Its address; null where it is not needed.</param>
/// <param name="V6">The same of IPv6.</param>
public sealed record InterfaceChoice(InterfaceFacts Facts, IPAddress? V4, IPAddress? V6)
{
    /// <summary>
    /// Chooses as flannel does: what was asked for by address or name, or the default route's; of its addresses the
    /// first. Null and what is missing where there is none.
    /// </summary>
    public static InterfaceChoice? Of(
        IReadOnlyList<InterfaceFacts> interfaces, InterfaceWish wish, OverlayConfig config, out string problem)
    {
        IPAddress? asked = AddressMath.ReadAddress(wish.Text);
        InterfaceFacts? found = null;
        foreach (InterfaceFacts one in interfaces)
        {
            bool isMeant = asked is not null ? Has(one, asked)
                : wish.Text.Length > 0 ? one.Name == wish.Text : one.HasDefaultRoute;
            if (isMeant && found is null)
                found = one;
        }

        if (found is null)
        {
            problem = wish.Text.Length == 0
                ? "no interface has the default route; name one with --overlay-interface"
                : $"there is no interface {wish.Text}; it waits until there is";
            return null;
        }

        IPAddress? v4 = config.V4 is null ? null : First(found, asked, true);
        IPAddress? v6 = config.V6 is null ? null : First(found, asked, false);
        problem = !found.IsUp ? $"interface {found.Name} is down; it waits until it is up"
            : config.V4 is not null && v4 is null ? $"interface {found.Name} has no IPv4 address; it waits for one"
            : config.V6 is not null && v6 is null ? $"interface {found.Name} has no IPv6 address; it waits for one"
            : "";
        return problem.Length == 0 ? new InterfaceChoice(found, v4, v6) : null;
    }

    /// <summary>What this machine's lease says.</summary>
    /// <param name="config">The network.</param>
    /// <param name="wish">Addresses that others shall see.</param>
    /// <param name="macV4">Of the device for IPv4; null where there is none.</param>
    /// <param name="macV6">Of the device for IPv6.</param>
    public OwnMachine Own(OverlayConfig config, InterfaceWish wish, MacAddress? macV4, MacAddress? macV6) => new(
        new LeaseValue(
            V4 is null ? null : wish.PublicV4 ?? V4, V6 is null ? null : wish.PublicV6 ?? V6, config.Backend.Name,
            macV4, macV6),
        Facts, V4, V6);

    private static bool Has(InterfaceFacts one, IPAddress address)
    {
        foreach (IpPrefix own in one.Addresses)
        {
            if (own.Address.Equals(address))
                return true;
        }

        return false;
    }

    private static IPAddress? First(InterfaceFacts one, IPAddress? asked, bool isV4)
    {
        if (asked is not null && AddressMath.IsV4(asked) == isV4)
            return asked;
        IPAddress? other = null;
        foreach (IpPrefix own in one.Addresses)
        {
            if (own.IsIPv6 == isV4)
                continue;
            if (SpaceReader.IsUsable(own.Address))
                return own.Address;
            // Machines on one link without DHCP reach each other by these.
            other ??= isV4 ? own.Address : null;
        }

        return other;
    }
}
