using System.Globalization;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Faults.Clusters;

/// <summary>
/// Holds up every fsync and fdatasync of a running process on its way back, by strace(1). What was written is written:
/// only the answer of the disk is late.
/// </summary>
internal static class HangingDisk
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    /// <summary>Starts it and waits until the process is in its hands.</summary>
    public static async Task<RunningProgram> AttachAsync(int pid, TimeSpan delay)
    {
        string[] arguments =
        [
            "-f", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e",
            string.Create(CultureInfo.InvariantCulture, $"inject=fsync,fdatasync:delay_exit={delay.TotalMicroseconds}"),
            "-p", pid.ToString(CultureInfo.InvariantCulture),
        ];
        RunningProgram strace = RunningProgram.Start(TestPrograms.Strace(), arguments);
        using CancellationTokenSource deadline = new(s_deadline);
        while (File.ReadLines($"/proc/{pid}/status").Contains("TracerPid:\t0"))
        {
            if (strace.HasExited)
                throw new IOException($"strace ended with {strace.ExitCode}: {strace.StandardError}");
            await Task.Delay(s_poll, deadline.Token);
        }
        return strace;
    }

    /// <summary>Lets the process go on as usual.</summary>
    public static async Task DetachAsync(RunningProgram strace)
    {
        Signals.Send(strace.Pid, Signals.Terminate);
        await strace.WaitForExitAsync(s_deadline);
    }
}
