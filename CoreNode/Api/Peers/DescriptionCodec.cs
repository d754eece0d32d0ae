using System.Diagnostics.CodeAnalysis;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api.Peers;

/// <summary>Payload of a cluster's description, version 1 (docs/formats.md).</summary>
internal static class DescriptionCodec
{
    /// <summary>Longest description that is read.</summary>
    public const int MaxBytes = 1 << 20;

    private const int MaxMembers = 10_000;
    private const int MinMemberLength = 8 + 3;

    /// <summary>The payload.</summary>
    public static byte[] Encode(ClusterDescription description)
    {
        int length = 8 + Leb128.Length(description.Members.Count) + Leb128.Length(description.Voters.Count)
            + 8 * description.Voters.Count;
        foreach (Member member in description.Members)
            length += PayloadWriter.LengthOf(member);
        byte[] payload = new byte[length];
        PayloadWriter writer = new(payload);
        writer.U64(description.ClusterId);
        writer.Count(description.Members.Count);
        foreach (Member member in description.Members)
            writer.Member(member);
        writer.Count(description.Voters.Count);
        foreach (NodeId voter in description.Voters)
            writer.U64(voter.Value);
        return payload;
    }

    /// <summary>Reads it; false if it is damaged.</summary>
    public static bool TryDecode(
        ReadOnlyMemory<byte> payload, [NotNullWhen(true)] out ClusterDescription? description)
    {
        PayloadReader reader = new(payload);
        ulong clusterId = reader.U64();
        Member[] members = new Member[reader.Count(MinMemberLength, MaxMembers)];
        for (int i = 0; i < members.Length; i++)
            members[i] = reader.Member();
        NodeId[] voters = new NodeId[reader.Count(8, MaxMembers)];
        for (int i = 0; i < voters.Length; i++)
            voters[i] = new NodeId(reader.U64());
        description = reader.IsGood ? new ClusterDescription(clusterId, members, voters) : null;
        return description is not null;
    }
}
