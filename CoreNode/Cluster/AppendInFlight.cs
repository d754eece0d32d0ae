using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Raft;

namespace CoreNode.Cluster;

/// <summary>An append that the log has not confirmed yet, and what waits for it.</summary>
/// <param name="number">Its number at the log.</param>
/// <param name="lastIndex">Its last entry, or the snapshot that it goes on after; zero if it has neither.</param>
/// <param name="lastTerm">That entry's term.</param>
/// <param name="startedAt">Monotonic timestamp of the moment when it was handed over.</param>
internal sealed class AppendInFlight(long number, LogIndex lastIndex, Term lastTerm, long startedAt)
{
    internal long Number { get; } = number;

    internal LogIndex LastIndex { get; } = lastIndex;

    internal Term LastTerm { get; } = lastTerm;

    internal long StartedAt { get; } = startedAt;

    /// <summary>The state of a received snapshot, to be put in place once the log knows of it.</summary>
    internal KeyStateMachine? Install { get; init; }

    /// <summary>Promises that may leave only once this is durable.</summary>
    internal List<RaftMessage>? Messages { get; set; }
}
