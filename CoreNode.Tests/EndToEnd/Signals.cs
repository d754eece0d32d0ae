using System.Runtime.InteropServices;

namespace CoreNode.Tests.EndToEnd;

/// <summary>
/// Sends signals that <see cref="System.Diagnostics.Process"/> has no method for; always to one known pid.
/// </summary>
internal static partial class Signals
{
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    /// <summary>Sends <paramref name="signal"/> to one process that the test itself started.</summary>
    public static void Send(int pid, int signal)
    {
        if (pid <= 1)
            throw new ArgumentOutOfRangeException(nameof(pid), pid, "only a process of our own may be signalled");
        if (SendSignal(pid, signal) != 0)
            throw new IOException($"kill({pid}, {signal}) failed: errno {Marshal.GetLastPInvokeError()}");
    }

    // kill(2) takes two integers and returns one: nothing is marshalled, no memory is shared.
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
