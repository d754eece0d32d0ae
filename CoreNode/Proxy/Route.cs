using CoreNode.Foundation;

namespace CoreNode.Proxy;

/// <summary>One way to a member: one of its client URLs.</summary>
/// <param name="Member">The member.</param>
/// <param name="Name">Its name, for people.</param>
/// <param name="Url">A client URL of it, without a slash at the end.</param>
public sealed record Route(NodeId Member, string Name, string Url)
{
    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Member, Name, Url);

    /// <inheritdoc/>
    public override string ToString() => Name.Length == 0 ? Url : $"{Name} ({Url})";
}
