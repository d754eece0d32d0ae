using CoreNode.Foundation;

namespace CoreNode.Reboots.Service;

/// <summary>
/// Figures of the reboots of this machine (docs/operations.md). One for each process: a service that is started anew
/// goes on counting. Told by the service; asked by any thread.
/// </summary>
public sealed class RebootMetrics
{
    private readonly TimeProvider _clock;
    private readonly MetricCounter _restarted;
    private readonly MetricCounter _returned;
    private readonly MetricCounter _dropped;
    private readonly MetricCounter _failed;
    private readonly MetricCounter _drained;
    private readonly MetricCounter _notDrained;
    private long _drainTicks;
    private long _lockTicks;
    private long _lockSince;
    private long _stageSince;
    private long _opens;
    private int _stage;
    private bool _isHeld;

    /// <summary>Registers them.</summary>
    /// <param name="metrics">Where.</param>
    /// <param name="clock">The time since boot.</param>
    public RebootMetrics(MetricRegistry metrics, TimeProvider clock)
    {
        _clock = clock;
        const string ends = "Reboots of this machine by how they ended.";
        _restarted = metrics.Counter("corenode_reboot_ends_total", ends, "outcome=\"restarted\"");
        _returned = metrics.Counter("corenode_reboot_ends_total", ends, "outcome=\"returned\"");
        _dropped = metrics.Counter("corenode_reboot_ends_total", ends, "outcome=\"dropped\"");
        _failed = metrics.Counter("corenode_reboot_ends_total", ends, "outcome=\"failed\"");
        const string drains = "Drains of this machine for a reboot by how they ended.";
        _drained = metrics.Counter("corenode_reboot_drains_total", drains, "outcome=\"done\"");
        _notDrained = metrics.Counter("corenode_reboot_drains_total", drains, "outcome=\"broken-off\"");
        metrics.Counter(
            "corenode_reboot_drain_seconds_total", "Time that those drains took.",
            () => new TimeSpan(Volatile.Read(ref _drainTicks)).TotalSeconds);
        for (int i = 0; i < RebootNames.Stages.Count; i++)
        {
            int at = i;
            metrics.Gauge(
                "corenode_reboot_stage", "1 for the stage that the reboot of this machine is in.",
                () => Volatile.Read(ref _stage) == at ? 1 : 0, $"stage=\"{RebootNames.Stages[i]}\"");
        }

        _stageSince = clock.GetTimestamp();
        metrics.Gauge(
            "corenode_reboot_stage_seconds", "How long it has been in that stage.",
            () => clock.GetElapsedTime(Volatile.Read(ref _stageSince)).TotalSeconds);
        metrics.Gauge(
            "corenode_reboot_lock_held", "1 while this machine holds the reboot lock.",
            () => Volatile.Read(ref _isHeld) ? 1 : 0);
        metrics.Counter(
            "corenode_reboot_lock_wait_seconds_total", "Time that this machine has waited for the reboot lock.",
            () => LockWait.TotalSeconds);
        metrics.Gauge(
            "corenode_reboot_window_opens_seconds", "When the next window opens, since 1970; 0: it may restart now.",
            () => Volatile.Read(ref _opens));
    }

    private TimeSpan LockWait
    {
        get
        {
            long since = Volatile.Read(ref _lockSince);
            TimeSpan now = since == 0 ? TimeSpan.Zero : _clock.GetElapsedTime(since);
            return new TimeSpan(Volatile.Read(ref _lockTicks)) + now;
        }
    }

    /// <summary>A decision was taken.</summary>
    internal void Take(RebootState before, RebootState after)
    {
        Volatile.Write(ref _isHeld, after.LockSince is not null);
        bool isProven = before.Stage is RebootStage.Gate or RebootStage.Uncordoning or RebootStage.Releasing;
        if (after.Outcome != before.Outcome)
            (after.Outcome.IsFailure ? _failed : isProven ? _restarted : _dropped).Increment();
        else if (after is { Stage: RebootStage.Returning, IsAgain: true } && before.Stage != RebootStage.Returning)
            _returned.Increment();
        if (Volatile.Read(ref _stage) == (int)after.Stage)
            return;
        long now = _clock.GetTimestamp();
        Volatile.Write(ref _stage, (int)after.Stage);
        Volatile.Write(ref _stageSince, now);
        TimeSpan waited = LockWait;
        Volatile.Write(ref _lockSince, after.Stage == RebootStage.LockWait ? now : 0);
        Volatile.Write(ref _lockTicks, waited.Ticks);
    }

    /// <summary>The windows were looked at.</summary>
    /// <param name="opens">When the next one opens; 0: one is open, or there is none.</param>
    internal void Look(long opens) => Volatile.Write(ref _opens, opens);

    /// <summary>A drain has ended.</summary>
    internal void Drained(bool isDone, TimeSpan time)
    {
        (isDone ? _drained : _notDrained).Increment();
        Interlocked.Add(ref _drainTicks, time.Ticks);
    }
}
