using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Links;

/// <summary>An address as the kernel shows it.</summary>
/// <param name="Device">The device's number.</param>
/// <param name="Address">The address, with the length of its network.</param>
internal sealed record AddressEntry(int Device, IpPrefix Address);
