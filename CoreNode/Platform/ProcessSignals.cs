using System.ComponentModel;
using System.Runtime.InteropServices;

namespace CoreNode.Platform;

/// <summary>Sends signals to processes. Any thread.</summary>
public static partial class ProcessSignals
{
    private const int NoSuchProcess = 3; // ESRCH

    /// <summary>Sends a signal; nothing happens if the process has ended meanwhile.</summary>
    /// <exception cref="Win32Exception">The system refuses.</exception>
    public static void Send(int processId, PosixSignal signal)
    {
        int number = signal switch
        {
            PosixSignal.SIGHUP => 1,
            PosixSignal.SIGINT => 2,
            PosixSignal.SIGQUIT => 3,
            PosixSignal.SIGTERM => 15,
            _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, "not a signal that is passed on"),
        };
        if (Kill(processId, number) != 0 && Marshal.GetLastPInvokeError() is int error && error != NoSuchProcess)
            throw new Win32Exception(error);
    }

    // Safety: plain integers in and out, no memory is shared.
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
