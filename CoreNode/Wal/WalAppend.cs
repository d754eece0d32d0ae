using CoreNode.Foundation;

namespace CoreNode.Wal;

/// <summary>
/// What one Raft Ready wants on disk; becomes one frame, so after a crash it is there as a whole or not at all.
/// Entries are contiguous; if the first one's index is not past the last one of the log, they replace the tail from
/// there on. Immutable once handed over.
/// </summary>
/// <param name="Entries">Entries to append, may be empty.</param>
/// <param name="HardState">The hard state if it changed, as it holds after these entries.</param>
/// <param name="MustSync">False if only the commit index moved: such an append waits for the next sync.</param>
public sealed record WalAppend(IReadOnlyList<WalEntry> Entries, WalHardState? HardState, bool MustSync)
{
    /// <summary>
    /// Set when a snapshot that reaches beyond the log was installed (and is durable): the log forgets its entries
    /// and goes on after this index. Zero otherwise.
    /// </summary>
    public LogIndex StartAfter { get; init; }
}
