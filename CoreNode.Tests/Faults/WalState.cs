using CoreNode.Foundation;
using CoreNode.Wal;

namespace CoreNode.Tests.Faults;

/// <summary>What a log holds after some append: a naive twin that is copied whole at each step.</summary>
internal sealed record WalState(IReadOnlyList<WalEntry> Entries, LogIndex Last, WalHardState HardState)
{
    public static readonly WalState Empty = new([], LogIndex.Zero, default);

    public WalState After(WalAppend append)
    {
        List<WalEntry> entries = append.StartAfter > LogIndex.Zero ? [] : [.. Entries];
        LogIndex last = append.StartAfter > LogIndex.Zero ? append.StartAfter : Last;
        if (append.Entries.Count > 0)
        {
            entries.RemoveAll(entry => entry.Index >= append.Entries[0].Index);
            entries.AddRange(append.Entries);
            last = append.Entries[^1].Index;
        }

        return new WalState(entries, last, append.HardState ?? HardState);
    }

    public bool IsWhatWasRecovered(WalRecovery recovery, LogIndex snapshotIndex)
    {
        List<WalEntry> expected = [.. Entries.Where(entry => entry.Index > snapshotIndex)];
        return recovery.HardState == HardState
            && recovery.Entries.Count == expected.Count
            && recovery.Entries.Zip(expected).All(pair => AreEqual(pair.First, pair.Second));
    }

    private static bool AreEqual(WalEntry a, WalEntry b) =>
        a.Index == b.Index && a.Term == b.Term && a.Kind == b.Kind && a.Payload.Span.SequenceEqual(b.Payload.Span);
}
