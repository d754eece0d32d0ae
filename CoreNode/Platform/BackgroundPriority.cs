namespace CoreNode.Platform;

/// <summary>
/// Lowers the calling thread for work that nobody waits for. .NET's thread priorities do nothing on Linux, where nice
/// values and I/O classes belong to a thread (setpriority(2), ioprio_set(2)).
/// </summary>
public static class BackgroundPriority
{
    private const int Nice = 10;
    private const int LowestNice = 19;
    private const long GetThreadId = 186;
    private const long SetIoPriority = 251;
    private const int WhichProcess = 1;
    private const int BestEffortLowest = (2 << 13) | 7;
    private const int Idle = 3 << 13;

    /// <summary>
    /// Gives the calling thread little processor time and the lowest best-effort I/O. Not the idle classes: the log
    /// may come to wait for this thread. A refusal by the system changes nothing but the priority.
    /// </summary>
    public static void Enter()
    {
        if (!OperatingSystem.IsLinux()
            || System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture
                != System.Runtime.InteropServices.Architecture.X64)
        {
            return;
        }

        uint thread = (uint)LibC.SystemCall(GetThreadId, 0, 0, 0);
        _ = LibC.SetPriority(0, thread, Nice);
        _ = LibC.SystemCall(SetIoPriority, WhichProcess, thread, BestEffortLowest);
    }

    /// <summary>
    /// Gives all threads of this process, and so those that they begin later, the least of both: processor time that
    /// nobody else wants, and the disk only while nobody else uses it. For a process whose work nobody waits for. To be
    /// called first. A refusal by the system changes nothing but the priority.
    /// </summary>
    public static void EnterProcess()
    {
        if (!OperatingSystem.IsLinux()
            || System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture
                != System.Runtime.InteropServices.Architecture.X64)
        {
            return;
        }

        foreach (string task in Directory.EnumerateDirectories("/proc/self/task"))
        {
            if (!uint.TryParse(
                Path.GetFileName(task), System.Globalization.CultureInfo.InvariantCulture, out uint thread))
            {
                continue;
            }

            _ = LibC.SetPriority(0, thread, LowestNice);
            _ = LibC.SystemCall(SetIoPriority, WhichProcess, thread, Idle);
        }
    }
}
