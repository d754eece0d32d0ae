using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Tests.Simulation;
using CoreNode.Wal;

namespace CoreNode.Tests.Faults;

/// <summary>Opens what a crash left and says what is wrong with it, if anything.</summary>
internal static class WalChecker
{
    private const int CutsAfterwards = 3;

    /// <summary>
    /// Null if everything acknowledged is there, in order, nothing is invented, and the log takes more.
    /// <paramref name="found"/> is the number of the append up to which it goes.
    /// </summary>
    public static string? Check(SimulatedFiles files, WalWorkload workload, Prng chance, out int found)
    {
        found = 0;
        if (workload.States.Count == 1 && !WalLog.Exists(files, WalWorkload.Folder))
            return null;
        try
        {
            return CheckOpened(files, workload, chance, out found);
        }
        catch (Exception e) when (e is CorruptionException or IOException or InvariantException)
        {
            return $"refused: {e.Message}";
        }
    }

    private static string? CheckOpened(SimulatedFiles files, WalWorkload workload, Prng chance, out int found)
    {
        found = 0;
        LogIndex snapshot = workload.SnapshotIndex;
        using WalLog log = WalLog.Open(
            files, WalWorkload.Folder, snapshot, WalWorkload.Options, out WalRecovery recovery);
        if (recovery.Identity != WalWorkload.Identity)
            return "the identity is not what was written";
        int at = workload.States.Count - 1;
        while (at >= workload.Acknowledged && !workload.States[at].IsWhatWasRecovered(recovery, snapshot))
            at--;
        if (at < workload.Acknowledged)
            return Describe(recovery, workload);
        found = at;
        return GoOn(files, log, workload.States[at], snapshot, chance);
    }

    private static string? GoOn(SimulatedFiles files, WalLog log, WalState state, LogIndex snapshot, Prng chance)
    {
        Term term = state.HardState.Term.Next;
        WalState next = state with
        {
            Last = LogIndex.Max(state.Last, snapshot),
            HardState = state.HardState with { Commit = LogIndex.Max(state.HardState.Commit, snapshot) },
        };
        for (int i = 0; i < 12; i++)
        {
            WalAppend append = WalWorkload.Next(next, chance, term);
            next = next.After(append);
            log.Write([append]);
            log.Sync();
        }

        if (!IsThere(files, next, snapshot))
            return "what was appended after the recovery is not there";
        for (int cut = 0; cut < CutsAfterwards; cut++)
        {
            if (!IsThere(files.AfterPowerCut(chance.Child($"afterwards {cut}")), next, snapshot))
                return "what was appended after the recovery is lost by a power cut";
        }

        return null;
    }

    private static bool IsThere(SimulatedFiles files, WalState state, LogIndex snapshot)
    {
        using WalLog log = WalLog.Open(
            files, WalWorkload.Folder, snapshot, WalWorkload.Options, out WalRecovery recovery);
        return state.IsWhatWasRecovered(recovery, snapshot) && recovery.CutBytes == 0;
    }

    private static string Describe(WalRecovery recovery, WalWorkload workload)
    {
        WalState acknowledged = workload.States[workload.Acknowledged];
        return $"recovered {recovery.Entries.Count} entries after {workload.SnapshotIndex} and {recovery.HardState}, "
            + $"cut {recovery.CutBytes} bytes; acknowledged was up to {acknowledged.Last} and {acknowledged.HardState}";
    }
}
