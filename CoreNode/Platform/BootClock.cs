using System.ComponentModel;
using System.Runtime.InteropServices;

namespace CoreNode.Platform;

/// <summary>
/// The time since the machine was started, which goes on while it sleeps (clock_gettime(2), CLOCK_BOOTTIME): what was
/// promised to others until a moment is over at that moment, asleep or not. As a <see cref="TimeProvider"/> its
/// timestamps are those of that clock, so a test puts its own in place; its timers go by that clock, too, and those
/// that were due while the machine slept fire once it is awake. Any thread.
/// </summary>
public sealed class BootClock : TimeProvider
{
    /// <summary>The machine's.</summary>
    public static readonly BootClock Instance = new();

    private const int BootTime = 7;
    private const long NsPerSecond = 1_000_000_000;

    private readonly BootAlarms _alarms;

    private BootClock() => _alarms = new BootAlarms(GetTimestamp);

    /// <inheritdoc/>
    public override long TimestampFrequency => NsPerSecond;

    /// <inheritdoc/>
    public override long GetTimestamp() => LibC.GetTime(BootTime, out LibC.TimeRecord time) == 0
        ? checked((time.Seconds * NsPerSecond) + time.Nanoseconds)
        : throw new Win32Exception(Marshal.GetLastPInvokeError());

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _alarms.Create(callback, state, dueTime, period);

    /// <summary>
    /// The moment of a clock: CLOCK_BOOTTIME's of <see cref="Instance"/>, a test's of its own provider.
    /// </summary>
    public static TimeSpan Now(TimeProvider clock) =>
        TimeSpan.FromTicks((long)(clock.GetTimestamp() * (Int128)TimeSpan.TicksPerSecond / clock.TimestampFrequency));
}
