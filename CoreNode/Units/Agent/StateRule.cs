using CoreNode.Units.Manager;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Agent;

/// <summary>
/// What is to stand of a unit in the store, and when it is written: at changes only, a few at once and then one a
/// second, and not what is over in a moment. Pure.
/// </summary>
public static class StateRule
{
    /// <summary>Changes that are published at once.</summary>
    public const int Burst = 5;

    /// <summary>
    /// fleetctl restart asks for "loaded" and waits for "launched", so the latter is kept that long after the former
    /// (fleet: A.11).
    /// </summary>
    public static readonly TimeSpan RestartTime = TimeSpan.FromMilliseconds(300);

    /// <summary>States on the way to another one are published only once they last that long.</summary>
    public static readonly TimeSpan PassingTime = TimeSpan.FromMilliseconds(300);

    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(1);

    /// <summary>What is to stand.</summary>
    public static PublishedState Wanted(UnitFacts unit, MachineFacts machine, string machineId, TimeSpan now)
    {
        bool isWanted = !machine.IsLeaving && unit.Entry is { State: not ScheduleState.Revoked } entry
            && !(entry.IsSingleton && machine.Fence.IsFromBeforeLapse(entry));
        string? state = null;
        if (unit.Observed is { } seen)
            state = RegistryValues.WriteState(Record(unit, machineId, seen));
        else if (isWanted && unit.Problem.Length > 0)
            state = RegistryValues.WriteState(Broken(unit, machineId));
        return new PublishedState(state, isWanted && IsLaunched(unit, now));
    }

    /// <summary>When to look again because time alone changes what is wanted.</summary>
    public static TimeSpan? WakeAt(UnitFacts unit, TimeSpan now) =>
        unit.LoadedAt is { } since && now < since + RestartTime ? since + RestartTime : null;

    /// <summary>
    /// When <paramref name="wanted"/> may be written: now or before if it may, null if it stands there already.
    /// </summary>
    public static TimeSpan? Due(UnitFacts unit, PublishedState wanted, TimeSpan now)
    {
        // What was found running is not touched before its text is known, unless that cannot be had.
        bool isUnread = unit is { Text: null, Observed: not null, Failures: 0, Entry.State: not ScheduleState.Revoked };
        if (unit.Published == wanted || isUnread)
            return null;
        TimeSpan due = unit.PublishNotBefore;
        bool isPassing = unit.Observed is { States.Active: "activating" or "deactivating" or "reloading" };
        if (isPassing && (unit.Starting ?? unit.Acting) is { } step && step.Begun + PassingTime > due)
            due = step.Begun + PassingTime;
        // What is to be removed waits for nothing: others may wait for it.
        bool isSpent = unit.PublishAllowance + Refilled(unit, now) <= 0 && wanted.State is not null;
        return isSpent && unit.AllowanceAt + s_step > due ? unit.AllowanceAt + s_step : due;
    }

    /// <summary>Counts one publication.</summary>
    public static void Spend(UnitFacts unit, TimeSpan now)
    {
        int refilled = Refilled(unit, now);
        if (refilled > 0 || unit.PublishAllowance == Burst)
            unit.AllowanceAt = now;
        unit.PublishAllowance = Math.Max(0, Math.Min(Burst, unit.PublishAllowance + refilled) - 1);
    }

    private static int Refilled(UnitFacts unit, TimeSpan now) =>
        (int)Math.Clamp((now - unit.AllowanceAt).Ticks / s_step.Ticks, 0, Burst);

    private static UnitStateRecord Record(UnitFacts unit, string machineId, UnitObservation seen) =>
        new(unit.Name, machineId, seen.States, seen.Hash)
        {
            Result = seen.Result,
            ExitStatus = seen.ExitStatus,
            Since = seen.Since,
            Reason = unit.Problem,
            IsHealthy = unit.IsActive && unit.Text is { Requirements.HasHealthCheck: true }
                ? unit.Health switch { UnitHealth.Healthy => true, UnitHealth.Unhealthy => false, _ => null }
                : null,
            IsAnnounced = unit.IsToldAnnounced && unit.IsActive,
            Restart = unit.Note.RestartsDone,
        };

    private static UnitStateRecord Broken(UnitFacts unit, string machineId) =>
        new(unit.Name, machineId, new UnitStates("error", "inactive", "dead"), unit.Entry!.Hash)
        {
            Reason = unit.Problem,
        };

    // Global units run everywhere: one key cannot name all their machines.
    private static bool IsLaunched(UnitFacts unit, TimeSpan now)
    {
        if (unit.Observed is null || unit.Text is { Requirements.IsGlobal: true })
            return false;
        if (unit.Text is null)
            return unit.Published?.HasJobState ?? unit.Note.IsStarted;
        if (unit.Entry!.State == ScheduleState.Launched)
            return unit.Note.IsStarted || unit.Starting is not null;
        return unit.LoadedAt is { } since && now < since + RestartTime && unit.Published is { HasJobState: true };
    }
}
