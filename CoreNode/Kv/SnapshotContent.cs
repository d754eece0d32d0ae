using CoreNode.Foundation;
using CoreNode.Kv.Tree;
using CoreNode.Store;

namespace CoreNode.Kv;

/// <summary>What a snapshot holds, read and checked.</summary>
internal sealed record SnapshotContent(
    StoreIndex Index,
    LogIndex AppliedIndex,
    Term AppliedTerm,
    ulong StateHash,
    TreeNode Keys,
    TreeNode System,
    IReadOnlyList<HistorySlot> History);

/// <summary>One slot of the history; without a node for changes that watches never see.</summary>
internal readonly record struct HistorySlot(KeyAction Action, bool IsRefresh, KeyRecord Node, KeyRecord Previous)
{
    /// <summary>The event as the history keeps it.</summary>
    public KeyEvent? ToEvent(StoreIndex index, long nowUnixNs) => Node.IsNone
        ? null
        : new KeyEvent
        {
            Action = Action,
            Index = index,
            Node = Node,
            Previous = Previous,
            IsRefresh = IsRefresh,
            TimeUnixNs = nowUnixNs,
        };
}
