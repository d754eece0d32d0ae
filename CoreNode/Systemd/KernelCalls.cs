using System.Runtime.InteropServices;

namespace CoreNode.Systemd;

/// <summary>
/// The system calls that a loop beside libsystemd needs. Safety: plain numbers, and pointers to locals that outlive the
/// call; a descriptor is closed by its one owner after its last use.
/// </summary>
internal static unsafe partial class KernelCalls
{
    public const short PollIn = 1;
    public const int ClockMonotonic = 1;
    public const int ClockBootTime = 7;

    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;

    /// <summary>A descriptor that is readable once it was written to.</summary>
    public static int OpenEvent() => EventFd(0, CloseOnExec | NonBlocking);

    /// <summary>Microseconds of a clock.</summary>
    public static long Microseconds(int clock)
    {
        TimeSpec now;
        if (ClockGetTime(clock, &now) != 0)
            throw new InvalidOperationException($"clock {clock} cannot be read");
        return (now.Seconds * 1_000_000) + (now.Nanoseconds / 1000);
    }

    /// <summary>For poll(2): how long until that moment of CLOCK_MONOTONIC; -1: for ever.</summary>
    public static int MillisecondsUntil(ulong monotonicMicroseconds)
    {
        if (monotonicMicroseconds >= long.MaxValue)
            return -1;
        long left = (long)monotonicMicroseconds - Microseconds(ClockMonotonic);
        return (int)Math.Clamp((left + 999) / 1000, 0, int.MaxValue);
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    public static partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read")]
    public static partial nint Read(int descriptor, void* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write")]
    public static partial nint Write(int descriptor, void* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "eventfd")]
    private static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, TimeSpec* time);

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
