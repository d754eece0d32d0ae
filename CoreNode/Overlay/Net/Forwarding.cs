using System.Net;

namespace CoreNode.Overlay.Net;

/// <summary>To which machine a vxlan device sends packets for a hardware address (an FDB entry), permanently.</summary>
/// <param name="Link">The device's name.</param>
/// <param name="Mac">The hardware address.</param>
/// <param name="To">The machine's address in the network below.</param>
public sealed record Forwarding(string Link, MacAddress Mac, IPAddress To)
{
    /// <summary>Of both addresses.</summary>
    public override int GetHashCode() => Mac.GetHashCode() ^ To.GetHashCode();

    /// <summary>As bridge fdb shows it.</summary>
    public override string ToString() => $"{Mac} dev {Link} dst {To}";
}
