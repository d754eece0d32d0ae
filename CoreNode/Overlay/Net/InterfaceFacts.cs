namespace CoreNode.Overlay.Net;

/// <summary>A network device of this machine, as the choice of the underlying one needs it.</summary>
/// <param name="Index">The kernel's number of it.</param>
/// <param name="Name">eth0.</param>
/// <param name="Mtu">Most bytes of a packet.</param>
/// <param name="IsUp">It was taken up; whether a cable is in it is another matter.</param>
/// <param name="Addresses">Its own addresses with the lengths of their networks, both families, the kernel's order.
/// </param>
/// <param name="HasDefaultRoute">A default route of the main table, of any family, leaves by it.</param>
public sealed record InterfaceFacts(
    int Index, string Name, int Mtu, bool IsUp, IReadOnlyList<IpPrefix> Addresses, bool HasDefaultRoute);
