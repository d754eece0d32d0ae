using CoreNode.Store;

namespace CoreNode.Proxy;

/// <summary>Who is in the cluster, as a member told it.</summary>
/// <param name="ClusterId">Identity of the cluster.</param>
/// <param name="Members">All members.</param>
public sealed record MemberList(ulong ClusterId, IReadOnlyList<Member> Members)
{
    /// <summary>True if the other names the same members with the same URLs.</summary>
    public bool Matches(MemberList? other) =>
        other is not null && ClusterId == other.ClusterId && Members.Count == other.Members.Count
        && !Members.Where((member, i) => !IsSame(member, other.Members[i])).Any();

    private static bool IsSame(Member a, Member b) =>
        a.Id == b.Id && a.Name == b.Name
        && a.PeerUrls.SequenceEqual(b.PeerUrls, StringComparer.Ordinal)
        && a.ClientUrls.SequenceEqual(b.ClientUrls, StringComparer.Ordinal);
}
