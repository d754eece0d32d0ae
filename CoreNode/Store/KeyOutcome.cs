using CoreNode.Foundation;

namespace CoreNode.Store;

/// <summary>
/// What became of a proposed write: exactly one of <see cref="Event"/> and <see cref="Error"/> is set (neither for
/// commands that answer nobody). The indexes are those right after it was applied.
/// </summary>
public readonly record struct KeyOutcome(KeyEvent? Event, KeyError? Error, StoreIndex Index)
{
    /// <summary>Raft log index of the entry; zero on errors that never reached the log.</summary>
    public LogIndex AppliedIndex { get; init; }

    /// <summary>Raft term at the time.</summary>
    public Term Term { get; init; }
}
