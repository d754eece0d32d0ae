using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Platform;

/// <summary>
/// Becomes readable at a moment of CLOCK_BOOTTIME (timerfd_create(2)): in time also after the machine slept, when other
/// timers have stood still. One thread waits, any sets it. Safety: the structures are locals that outlive the calls,
/// which keep no pointer.
/// </summary>
public sealed partial class BootTimer : IDisposable
{
    private const int BootTime = 7;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int Absolute = 1;
    private const long NsPerTick = 100;
    private const long NsPerSecond = 1_000_000_000;

    /// <summary>A timer that is not set.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    public BootTimer()
    {
        int descriptor = Create(BootTime, CloseOnExec | NonBlocking);
        if (descriptor < 0)
            throw Failure("cannot be made");
        Handle = new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Readable once the moment is there, until it is set again.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Sets it; a moment that is over makes it readable at once, null never.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    public void Set(TimeSpan? moment)
    {
        // All zero turns a timer off, so the first nanosecond stands for everything before it.
        long ns = moment is { } at ? Math.Max(1, checked(at.Ticks * NsPerTick)) : 0;
        TimerSetting setting = new() { Seconds = ns / NsPerSecond, Nanoseconds = ns % NsPerSecond };
        if (Set(Handle, Absolute, in setting, 0) != 0)
            throw Failure("cannot be set");
    }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    private static IOException Failure(string what)
    {
        int error = Marshal.GetLastPInvokeError();
        return new IOException($"a timer {what}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    [LibraryImport("libc", EntryPoint = "timerfd_create", SetLastError = true)]
    private static partial int Create(int clock, int flags);

    [LibraryImport("libc", EntryPoint = "timerfd_settime", SetLastError = true)]
    private static partial int Set(SafeFileHandle timer, int flags, in TimerSetting setting, nint before);

    /// <summary>struct itimerspec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct TimerSetting
    {
        public long IntervalSeconds;
        public long IntervalNanoseconds;
        public long Seconds;
        public long Nanoseconds;
    }
}
