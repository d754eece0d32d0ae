using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Platform.Processes;

/// <summary>
/// Holds on to one process by a pidfd (Linux 5.3): it can never mean another process that was given the same number
/// later. One thread at a time.
/// </summary>
public sealed unsafe class ProcessHandle : IDisposable
{
    private const int ByHandle = 3;            // P_PIDFD
    private const int ExitedNoHang = 4 | 1;    // WEXITED, WNOHANG
    private const int InformationBytes = 128;  // siginfo_t
    private const uint GetInformation = 0xC040FF0B; // PIDFD_GET_INFO with the structure's first version, 64 bytes
    private const ulong WantsExit = 1 << 3;    // PIDFD_INFO_EXIT, Linux 6.15
    private const int ExitCodeOffset = 60;

    private ProcessHandle(int pid, SafeFileHandle handle)
    {
        Pid = pid;
        Handle = handle;
    }

    /// <summary>Its process id.</summary>
    public int Pid { get; }

    /// <summary>Becomes readable when the process ends, and hangs up when it was waited for.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>A handle of a process; null if there is none of that number.</summary>
    /// <exception cref="IOException">The system refuses, or is older than Linux 5.3.</exception>
    public static ProcessHandle? Open(int pid)
    {
        long descriptor = ProcessCalls.Call(ProcessCalls.PidFdOpen, pid, 0, 0, 0);
        if (descriptor >= 0)
            return new ProcessHandle(pid, new SafeFileHandle((nint)descriptor, ownsHandle: true));
        int error = Marshal.GetLastPInvokeError();
        if (error is ProcessCalls.NoSuchProcess or ProcessCalls.Invalid)
            return null;
        throw new IOException($"process {pid} cannot be held (pidfd_open, Linux 5.3): {Text(error)}", error);
    }

    /// <summary>Sends a signal; nothing happens if the process has ended.</summary>
    /// <returns>False if it has ended, or may not be sent signals.</returns>
    public bool Signal(int signal) =>
        ProcessCalls.Call(ProcessCalls.PidFdSendSignal, (long)Handle.DangerousGetHandle(), signal, 0, 0) == 0;

    /// <summary>
    /// How it ended, once it has; null while it runs. A child is waited for by this (no zombie is left); how another's
    /// child ended is known from Linux 6.15 on, once its parent has waited for it.
    /// </summary>
    public ProcessEnd? TryWait()
    {
        // Safety: the kernel fills at most the 128 bytes of siginfo_t.
        byte* information = stackalloc byte[InformationBytes];
        new Span<byte>(information, InformationBytes).Clear();
        if (ProcessCalls.Wait(ByHandle, (int)Handle.DangerousGetHandle(), information, ExitedNoHang) == 0)
        {
            ReadOnlySpan<byte> filled = new(information, InformationBytes);
            int code = BinaryPrimitives.ReadInt32LittleEndian(filled[8..]);
            int pid = BinaryPrimitives.ReadInt32LittleEndian(filled[16..]);
            int status = BinaryPrimitives.ReadInt32LittleEndian(filled[24..]);
            if (pid == 0)
                return null;
            return new ProcessEnd(
                code switch
                {
                    1 => ProcessEndKind.Exited,
                    2 => ProcessEndKind.Killed,
                    _ => ProcessEndKind.Dumped,
                },
                status);
        }

        return ForeignEnd();
    }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    private ProcessEnd? ForeignEnd()
    {
        // Safety: the structure's first version has 64 bytes, and its size is part of the request's number.
        byte* information = stackalloc byte[64];
        Span<byte> structure = new(information, 64);
        structure.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(structure, WantsExit);
        if (ProcessCalls.DeviceControl(Handle, GetInformation, information) == 0
            && (BinaryPrimitives.ReadUInt64LittleEndian(structure) & WantsExit) != 0)
        {
            int status = BinaryPrimitives.ReadInt32LittleEndian(structure[ExitCodeOffset..]);
            int signal = status & 0x7F;
            if (signal == 0)
                return new ProcessEnd(ProcessEndKind.Exited, (status >> 8) & 0xFF);
            return new ProcessEnd((status & 0x80) != 0 ? ProcessEndKind.Dumped : ProcessEndKind.Killed, signal);
        }

        return ProcessTable.Find(Pid) is { IsZombie: false } || IsZombieAwaited()
            ? null
            : new ProcessEnd(ProcessEndKind.Unknown, 0);
    }

    // Until its parent has waited for it the kernel does not tell how it ended, if it ever will.
    private bool IsZombieAwaited() => s_tellsEnds && ProcessTable.Find(Pid) is { IsZombie: true };

    private static readonly bool s_tellsEnds = Environment.OSVersion.Version >= new Version(6, 15);

    private static string Text(int error) => Marshal.GetPInvokeErrorMessage(error);
}
