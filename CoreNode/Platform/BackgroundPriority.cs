using System.Globalization;

namespace CoreNode.Platform;

/// <summary>
/// Lowers the calling thread for work that nobody waits for. .NET's thread priorities do nothing on Linux, where nice
/// values and I/O classes belong to a thread (setpriority(2), ioprio_set(2)).
/// </summary>
public static class BackgroundPriority
{
    private const int Nice = 10;
    private const long GetThreadId = 186;
    private const long SetIoPriority = 251;
    private const int WhichProcess = 1;
    private const int BestEffortLowest = (2 << 13) | 7;
    private const int Idle = 3 << 13;
    private const int LowestNice = 19;
    private const string OwnThreads = "/proc/self/task";

    /// <summary>
    /// Gives the calling thread little processor time and the lowest best-effort I/O. Not the idle classes: the log
    /// may come to wait for this thread. A refusal by the system changes nothing but the priority.
    /// </summary>
    public static void Enter() => Enter(Nice, BestEffortLowest);

    /// <summary>
    /// Gives all threads of the process, and those that they start from then on, what nobody else wants of processor
    /// and disk. For processes that nobody waits for, at their start: the runtime has threads of its own by then.
    /// </summary>
    public static void EnterIdle()
    {
        Enter(LowestNice, Idle);
        if (!IsKnown() || !Directory.Exists(OwnThreads))
            return;
        foreach (string thread in Directory.GetDirectories(OwnThreads))
        {
            if (uint.TryParse(Path.GetFileName(thread), NumberStyles.None, CultureInfo.InvariantCulture, out uint id))
                Enter(id, LowestNice, Idle);
        }
    }

    private static void Enter(int nice, int ioPriority)
    {
        if (IsKnown())
            Enter((uint)LibC.SystemCall(GetThreadId, 0, 0, 0), nice, ioPriority);
    }

    private static void Enter(uint thread, int nice, int ioPriority)
    {
        _ = LibC.SetPriority(0, thread, nice);
        _ = LibC.SystemCall(SetIoPriority, WhichProcess, thread, ioPriority);
    }

    private static bool IsKnown() => OperatingSystem.IsLinux()
        && System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture
            == System.Runtime.InteropServices.Architecture.X64;
}
