namespace CoreNode.Overlay.Net;

/// <summary>
/// One change of the kernel's network. Each can be repeated: what is as wanted, or already gone, is no fault. The text
/// of each is what it does, as "route 10.1.2.0/24 via 10.1.2.0 dev flannel.1 onlink".
/// </summary>
public abstract record NetworkChange
{
    private NetworkChange()
    {
    }

    /// <summary>What it does, for people.</summary>
    public abstract override string ToString();

    /// <summary>
    /// Makes a device and takes it up. One of that name that is the same gets the MTU and is taken up; one with other
    /// properties is removed with all that was on it and made anew, which a note says: read again then.
    /// </summary>
    public sealed record AddLink(VxlanLink Link) : NetworkChange
    {
        /// <inheritdoc/>
        public override string ToString() => $"device {Link.Name}";
    }

    /// <summary>Removes a vxlan device with all that is on it.</summary>
    public sealed record RemoveLink(string Name) : NetworkChange
    {
        /// <inheritdoc/>
        public override string ToString() => $"removal of device {Name}";
    }

    /// <summary>Takes a device up.</summary>
    public sealed record SetUp(string Link) : NetworkChange
    {
        /// <inheritdoc/>
        public override string ToString() => $"taking up of {Link}";
    }

    /// <summary>Most bytes of a packet on a device.</summary>
    public sealed record SetMtu(string Link, int Mtu) : NetworkChange
    {
        /// <inheritdoc/>
        public override string ToString() => $"MTU {Mtu} of {Link}";
    }

    /// <summary>Gives a device an address.</summary>
    public sealed record AddAddress(LinkAddress Address) : NetworkChange
    {
        /// <inheritdoc/>
        public override string ToString() => $"address {Address.Address} of {Address.Link}";
    }

    /// <summary>Takes an address from a device.</summary>
    public sealed record RemoveAddress(LinkAddress Address) : NetworkChange
    {
        /// <inheritdoc/>
        public override string ToString() => $"removal of address {Address.Address} of {Address.Link}";
    }

    /// <summary>
    /// A route of CoreNode's; one of its own to the same destination is replaced. Somebody else's is taken over if it
    /// says the same, otherwise left alone, and a fault says that it is in the way.
    /// </summary>
    public sealed record PutRoute(NetworkRoute Route) : NetworkChange
    {
        /// <inheritdoc/>
        public override string ToString() => $"route {Route}";
    }

    /// <summary>Removes a route of CoreNode's, never somebody else's.</summary>
    public sealed record RemoveRoute(NetworkRoute Route) : NetworkChange
    {
        /// <inheritdoc/>
        public override string ToString() => $"removal of route {Route}";
    }

    /// <summary>A permanent neighbour, whatever was there for that address.</summary>
    public sealed record PutNeighbour(Neighbour Neighbour) : NetworkChange
    {
        /// <inheritdoc/>
        public override string ToString() => $"neighbour {Neighbour}";
    }

    /// <summary>Removes a neighbour.</summary>
    public sealed record RemoveNeighbour(Neighbour Neighbour) : NetworkChange
    {
        /// <inheritdoc/>
        public override string ToString() => $"removal of neighbour {Neighbour}";
    }

    /// <summary>Where a device sends to, whatever was there for that hardware address.</summary>
    public sealed record PutForwarding(Forwarding Forwarding) : NetworkChange
    {
        /// <inheritdoc/>
        public override string ToString() => $"forwarding {Forwarding}";
    }

    /// <summary>Removes a forwarding.</summary>
    public sealed record RemoveForwarding(Forwarding Forwarding) : NetworkChange
    {
        /// <inheritdoc/>
        public override string ToString() => $"removal of forwarding {Forwarding}";
    }

    /// <summary>The own table as a whole, in one transaction of the kernel; null removes it.</summary>
    public sealed record SetFirewall(FirewallRules? Rules) : NetworkChange
    {
        /// <inheritdoc/>
        public override string ToString() => Rules is null ? "removal of the firewall rules" : "firewall rules";
    }

    /// <summary>Lets the machine pass packets on. Never taken back: others may rely on it.</summary>
    public sealed record EnableForwarding(bool IsIPv6) : NetworkChange
    {
        /// <inheritdoc/>
        public override string ToString() => IsIPv6 ? "forwarding of IPv6" : "forwarding of IPv4";
    }
}
