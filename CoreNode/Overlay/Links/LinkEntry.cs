using System.Net;
using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Links;

/// <summary>A network device as the kernel shows it.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">As vxlan, bridge, veth; empty for one of hardware.</param>
/// <param name="Mtu">Most bytes of a packet.</param>
/// <param name="IsUp">It was taken up.</param>
/// <param name="Vxlan">What it is if it is a vxlan device.</param>
internal sealed record LinkEntry(int Index, string Name, string Kind, int Mtu, bool IsUp, VxlanLink? Vxlan)
{
    /// <summary>The kind of device that this is about.</summary>
    public const string VxlanKind = "vxlan";

    /// <summary>It as a vxlan device; a strange one if it is something else.</summary>
    public VxlanLink AsVxlan() => Vxlan
        ?? new VxlanLink(Name, 0, 0, IPAddress.Any, 0, Mtu, null, false, false) { IsUp = IsUp, IsStrange = true };
}
