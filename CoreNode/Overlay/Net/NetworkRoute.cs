using System.Net;

namespace CoreNode.Overlay.Net;

/// <summary>
/// A route of the main table that CoreNode made: the kernel keeps a number with each route that says whose it is.
/// </summary>
/// <param name="To">Where to, without bits behind its length.</param>
/// <param name="Via">The next machine; null: <paramref name="To"/> is on the link itself.</param>
/// <param name="Link">The device's name.</param>
/// <param name="IsOnLink">The kernel shall not look whether <paramref name="Via"/> is in a network of the device.
/// </param>
public sealed record NetworkRoute(IpPrefix To, IPAddress? Via, string Link, bool IsOnLink)
{
    /// <summary>Of destination and gateway.</summary>
    public override int GetHashCode() => To.GetHashCode() ^ (Via?.GetHashCode() ?? 0);

    /// <summary>As ip route shows it.</summary>
    public override string ToString() =>
        $"{To}{(Via is null ? "" : $" via {Via}")} dev {Link}{(IsOnLink ? " onlink" : "")}";
}
