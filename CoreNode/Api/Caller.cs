namespace CoreNode.Api;

/// <summary>
/// Who is on the other side of a connection, as far as the connection itself proves it; a request may name a user with
/// its password besides. Immutable.
/// </summary>
/// <param name="IsMachineAdmin">
/// A process of root, of the node's own user or of the group corenode, by the peer credentials of the unix socket.
/// </param>
/// <param name="CertificateName">Common name of the client certificate that was verified; null without one.</param>
internal sealed record Caller(bool IsMachineAdmin, string? CertificateName)
{
    /// <summary>Nothing is known.</summary>
    public static readonly Caller Unknown = new(false, null);
}
