using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Api;

/// <summary>A cluster of one member that leads.</summary>
internal sealed class OneMember(TimeProvider time) : IClusterView
{
    public ulong ClusterId => 0x48276a8f75b6a87;

    public NodeId Self { get; } = new(0x2e1259d415f2a040);

    public string Name => "default";

    public NodeId Leader { get; set; } = new(0x2e1259d415f2a040);

    public IReadOnlyList<Member> Members { get; set; } =
        [new(new NodeId(0x2e1259d415f2a040), "default", ["http://127.0.0.1:2380"], ["http://127.0.0.1:2379"])];

    public DateTimeOffset StartTime { get; } = time.GetUtcNow();

    public DateTimeOffset LeaderSince { get; set; } = time.GetUtcNow();

    public ClusterStatus Status { get; set; } = new()
    {
        Role = "leader",
        Term = new Term(2),
        Committed = new LogIndex(4),
        Applied = new LogIndex(4),
        Last = new LogIndex(4),
        Voters = [new NodeId(0x2e1259d415f2a040)],
        Learners = [],
        Followers = [],
    };

    public string? UnhealthyReason { get; set; }

    public NodeId Removed { get; set; }

    public long DiskBytes => 12_600_000;

    public bool IsRemoved(NodeId node) => !node.IsNone && node == Removed;
}
