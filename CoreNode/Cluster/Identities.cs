using System.Text;
using CoreNode.Foundation;

namespace CoreNode.Cluster;

/// <summary>
/// Identities follow from the initial configuration, so that machines which are started with the same one agree on
/// them without talking (as etcd does). FNV-1a with a final mix: collisions only matter within one cluster, and no
/// cryptographic library is needed at start.
/// </summary>
public static class Identities
{
    /// <summary>A member's identity, from its sorted peer URLs and the cluster token.</summary>
    public static NodeId OfMember(string token, IEnumerable<string> peerUrls) =>
        new(Hash("member", peerUrls.Order(StringComparer.Ordinal).Append(token)));

    /// <summary>The cluster's identity, from its first members.</summary>
    public static ulong OfCluster(string token, IEnumerable<NodeId> members)
    {
        List<NodeId> sorted = [.. members];
        sorted.Sort();
        return Hash("cluster", [.. sorted.ConvertAll(static m => m.ToString()), token]);
    }

    /// <summary>An identity as people and headers see it.</summary>
    internal static string Text(ulong id) => id.ToString("x", System.Globalization.CultureInfo.InvariantCulture);

    private static ulong Hash(string kind, IEnumerable<string> parts)
    {
        unchecked
        {
            ulong hash = 14695981039346656037UL;
            foreach (string part in parts.Prepend(kind))
            {
                foreach (byte b in Encoding.UTF8.GetBytes(part))
                    hash = (hash ^ b) * 1099511628211UL;
                hash = (hash ^ 0xFF) * 1099511628211UL;
            }

            ulong mixed = new Prng(hash).NextUInt64();
            return mixed == 0 ? 1 : mixed;
        }
    }
}
