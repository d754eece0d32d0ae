using System.Net;

namespace CoreNode.Overlay.Model;

/// <summary>Which interface is to carry the overlay, and what others shall know of it.</summary>
/// <param name="Text">Empty: the default route's. Otherwise a name or an address.</param>
/// <param name="PublicV4">Where others reach this machine, if that is another address than the interface's.</param>
/// <param name="PublicV6">The same of IPv6.</param>
public sealed record InterfaceWish(string Text, IPAddress? PublicV4, IPAddress? PublicV6);
