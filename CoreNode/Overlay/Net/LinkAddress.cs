namespace CoreNode.Overlay.Net;

/// <summary>An address of a device.</summary>
/// <param name="Link">The device's name.</param>
/// <param name="Address">The address, and how long its network is.</param>
public sealed record LinkAddress(string Link, IpPrefix Address)
{
    /// <summary>Of both.</summary>
    public override int GetHashCode() => Link.GetHashCode(StringComparison.Ordinal) ^ Address.GetHashCode();
}
