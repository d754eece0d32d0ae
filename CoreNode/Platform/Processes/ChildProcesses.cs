using System.Runtime.InteropServices;

namespace CoreNode.Platform.Processes;

/// <summary>This process as a parent, also of processes whose own parents are gone. Any thread.</summary>
public static unsafe class ChildProcesses
{
    private const int SubreaperOption = 36; // PR_SET_CHILD_SUBREAPER
    private const int AnyChild = 0;         // P_ALL
    private const int ById = 1;             // P_PID
    private const int ExitedNoHang = 4 | 1;
    private const int LeaveZombie = 0x01000000;

    /// <summary>From now on (or no longer) orphans among the descendants become children of this process.</summary>
    /// <returns>False if the system refuses.</returns>
    public static bool AdoptOrphans(bool adopts) =>
        ProcessCalls.Control(SubreaperOption, adopts ? 1 : 0, 0, 0, 0) == 0;

    /// <summary>
    /// Waits for children that have ended and that <paramref name="isOurs"/> claims. The framework waits for those that
    /// it started itself and does not bear that somebody else did, so those must not be claimed.
    /// </summary>
    /// <returns>How many were waited for.</returns>
    public static int Reap(Func<int, bool> isOurs)
    {
        int count = 0;
        foreach (int pid in ProcessTable.All())
        {
            if (ProcessTable.Find(pid) is { IsZombie: true } entry && entry.Parent == Environment.ProcessId
                && isOurs(pid) && WaitFor(ById, pid, ExitedNoHang) == pid)
            {
                count++;
            }
        }

        return count;
    }

    /// <summary>True if some child has ended and was not waited for: cheap to ask.</summary>
    public static bool HasEnded => WaitFor(AnyChild, 0, ExitedNoHang | LeaveZombie) > 0;

    /// <summary>Sends a signal to a process, or to nobody if it has ended or may not be sent signals.</summary>
    public static void Signal(int pid, int signal)
    {
        if (pid > 0)
            _ = ProcessCalls.Kill(pid, signal);
    }

    private static int WaitFor(int kind, int id, int options)
    {
        // Safety: the kernel fills at most the 128 bytes of siginfo_t.
        byte* information = stackalloc byte[128];
        new Span<byte>(information, 128).Clear();
        return ProcessCalls.Wait(kind, id, information, options) == 0
            ? MemoryMarshal.Read<int>(new ReadOnlySpan<byte>(information + 16, sizeof(int)))
            : 0;
    }
}
