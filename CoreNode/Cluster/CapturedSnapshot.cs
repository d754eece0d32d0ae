using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Raft;

namespace CoreNode.Cluster;

/// <summary>What goes into one snapshot file: the key space and the members as of the same log position.</summary>
internal sealed record CapturedSnapshot(KeySnapshot Keys, Configuration Configuration)
{
    internal LogIndex Index => Keys.AppliedIndex;

    /// <summary>What Raft has to know of it.</summary>
    internal SnapshotMetadata Metadata => new(Keys.AppliedIndex, Keys.AppliedTerm, Configuration);
}
