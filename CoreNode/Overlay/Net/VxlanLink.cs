using System.Globalization;
using System.Net;

namespace CoreNode.Overlay.Net;

/// <summary>A device of kind vxlan (RFC 7348). Immutable.</summary>
/// <param name="Name">As flannel.1; 15 bytes at most.</param>
/// <param name="Vni">The network's number on the wire: 0 to 16777215.</param>
/// <param name="Port">UDP port on both ends.</param>
/// <param name="Local">The address that its packets come from, IPv4 or IPv6.</param>
/// <param name="UnderlyingIndex">The device that its packets leave by; 0: as the routes say.</param>
/// <param name="Mtu">Most bytes of a packet inside.</param>
/// <param name="Mac">Wanted: null leaves it to the kernel, and any is right. Read: never null.</param>
/// <param name="IsLearning">It learns from packets where hardware addresses are.</param>
/// <param name="IsGbp">Packets carry a group's number (group based policy).</param>
public sealed record VxlanLink(
    string Name, int Vni, int Port, IPAddress Local, int UnderlyingIndex, int Mtu, MacAddress? Mac, bool IsLearning,
    bool IsGbp)
{
    /// <summary>True if it is up, or shall be.</summary>
    public bool IsUp { get; init; } = true;

    /// <summary>
    /// Read: true if the device of this name is something else than a vxlan device of ours could be (a bridge, one
    /// with a group); all but name, MTU and up are without meaning then.
    /// </summary>
    public bool IsStrange { get; init; }

    /// <summary>
    /// What a device has for life and in which it is not what is wanted, as "vni 2 instead of 1"; null if nothing. MTU
    /// and up can be changed.
    /// </summary>
    /// <param name="there">The device as it was read.</param>
    public string? DifferenceFrom(VxlanLink there)
    {
        if (there.IsStrange)
            return "it is not a vxlan device as CoreNode makes them";
        if (there.Vni != Vni)
            return Difference("vni", there.Vni, Vni);
        if (there.Port != Port)
            return Difference("port", there.Port, Port);
        if (!there.Local.Equals(Local))
            return $"local address {there.Local} instead of {Local}";
        if (there.UnderlyingIndex != UnderlyingIndex)
            return Difference("underlying device", there.UnderlyingIndex, UnderlyingIndex);
        if (there.IsLearning != IsLearning)
            return IsLearning ? "it does not learn" : "it learns";
        if (there.IsGbp != IsGbp)
            return IsGbp ? "it has no group policy" : "it has group policy";
        return Mac is null || Mac == there.Mac ? null : $"hardware address {there.Mac} instead of {Mac}";
    }

    private static string Difference(string what, int there, int wanted) =>
        string.Create(CultureInfo.InvariantCulture, $"{what} {there} instead of {wanted}");
}
