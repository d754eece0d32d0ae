using CoreNode.Foundation;
using CoreNode.Kv;

namespace CoreNode.Cluster;

/// <summary>What goes into one snapshot file: the key space and the members as of the same log position.</summary>
internal sealed record CapturedSnapshot(KeySnapshot Keys, byte[] Configuration)
{
    internal LogIndex Index => Keys.AppliedIndex;
}
