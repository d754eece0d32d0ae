using System.Net;

namespace CoreNode.Overlay.Net;

/// <summary>Which hardware address an address on a device has, permanently: nobody is asked for it.</summary>
/// <param name="Link">The device's name.</param>
/// <param name="Address">The address.</param>
/// <param name="Mac">Its hardware address.</param>
public sealed record Neighbour(string Link, IPAddress Address, MacAddress Mac)
{
    /// <summary>Of both addresses.</summary>
    public override int GetHashCode() => Address.GetHashCode() ^ Mac.GetHashCode();

    /// <summary>As ip neigh shows it.</summary>
    public override string ToString() => $"{Address} dev {Link} lladdr {Mac}";
}
