using System.Runtime.InteropServices;

namespace CoreNode.Platform;

/// <summary>
/// Makes this process harder to hold up and to end, as far as the system lets it: for one that must act in time when
/// the machine is in trouble. Safety: integers and one local structure, no pointer is kept.
/// </summary>
public static partial class Endurance
{
    private const int LockCurrentAndFuture = 1 | 2;
    private const int LockWhenTouched = 4;
    private const int FirstInFirstOut = 1;
    private const int LowestRealTime = 1;
    private const int HighestNice = -20;
    private const nint Ignore = 1;
    private const string OutOfMemoryFile = "/proc/self/oom_score_adj";

    /// <summary>Pages stay in memory once they were touched; nothing is read from a disk that hangs.</summary>
    public static void LockMemory()
    {
        if (LockAll(LockCurrentAndFuture | LockWhenTouched) != 0)
            _ = LockAll(LockCurrentAndFuture);
    }

    /// <summary>Runs before ordinary processes: in real time, else as little nice as it may be.</summary>
    public static void ComeFirst()
    {
        int priority = LowestRealTime;
        if (SetScheduler(0, FirstInFirstOut, in priority) != 0)
            _ = LibC.SetPriority(0, 0, HighestNice);
    }

    /// <summary>Others are killed first where memory runs out.</summary>
    public static void SurviveShortage()
    {
        foreach (string score in (ReadOnlySpan<string>)["-1000", "-500", "0"])
        {
            try
            {
                File.WriteAllText(OutOfMemoryFile, score);
                return;
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                // Less, then.
            }
        }
    }

    /// <summary>Signals that ask a process to end do nothing: SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE.</summary>
    public static void IgnoreRequestsToEnd()
    {
        foreach (int signal in (ReadOnlySpan<int>)[1, 2, 3, 13, 15])
            _ = SetSignal(signal, Ignore);
    }

    [LibraryImport("libc", EntryPoint = "mlockall")]
    private static partial int LockAll(int flags);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int SetScheduler(int process, int policy, in int priority);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetSignal(int signal, nint handler);
}
