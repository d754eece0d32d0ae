using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Agent;

/// <summary>
/// What to do with a unit next: what is wanted of it, less what is there. Pure: facts and the time in, one step out, so
/// every unit goes its own way, and whoever starts from whatever is found (after a crash at any place) does the rest.
/// <para>
/// What holds: nothing is touched before the schedule is known, but singletons whose lease ends; a unit is never
/// stopped because the store is away; a singleton is started under a lease, a guard that holds it and an entry from
/// after the last lapse only.
/// </para>
/// </summary>
public static class AgentPlanner
{
    /// <summary>Longest time that the stop of a unit waits for its announced keys to be withdrawn.</summary>
    public static readonly TimeSpan WithdrawTime = TimeSpan.FromSeconds(3);

    /// <summary>Longest time that a unit waits to be started for those that it follows.</summary>
    public static readonly TimeSpan FollowTime = TimeSpan.FromSeconds(2);

    /// <summary>
    /// What runs here and was given away while the machine was away goes on for so long once it is back: what can run
    /// here only, and global units, are given to it again by then.
    /// </summary>
    public static readonly TimeSpan ReturnTime = TimeSpan.FromSeconds(2);

    /// <summary>The next step of a unit, besides what is being done already.</summary>
    public static PlannedStep Decide(UnitFacts unit, MachineFacts machine, TimeSpan now)
    {
        if (Fence(unit, machine, now) is { } fenced)
            return fenced;
        bool isKnown = machine.IsManagerThere && (machine.IsListed || machine.IsLeaving);
        PlannedStep step = isKnown ? Reconcile(unit, machine, now) : PlannedStep.Nothing;
        TimeSpan? wake = Earlier(step.WakeAt, FenceWake(unit, machine, now));
        step = step with { WakeAt = wake };
        if (step.Kind is not { } kind || !IsPossible(unit, kind))
            return step with { Kind = null };
        if (now < unit.NotBefore)
            return step with { Kind = null, WakeAt = Earlier(wake, unit.NotBefore) };
        if (step.IsStopWanted && Withdrawal(unit, now) is { } withdrawnBy)
            return step with { Kind = null, WakeAt = Earlier(wake, withdrawnBy) };
        return step;
    }

    /// <summary>The earlier of two moments, where null is never.</summary>
    public static TimeSpan? Earlier(TimeSpan? a, TimeSpan? b) => a is null || b < a ? b : a;

    // Before anything else, and whatever else is known.
    private static PlannedStep? Fence(UnitFacts unit, MachineFacts machine, TimeSpan now)
    {
        if (!unit.IsFenced || !unit.IsUp)
            return null;
        FenceFacts fence = machine.Fence;
        bool isForbidden = now >= fence.KillAt(unit.Name) || fence.Lease.Floor is null
            || (unit.Entry is { IsSingleton: true } entry && fence.IsFromBeforeLapse(entry));
        if (isForbidden)
        {
            // The guard has done so, or does it now. The stop keeps the unit manager from starting it again.
            if (unit.Killing is null && now >= unit.NotBefore)
                return new PlannedStep(StepKind.Kill, null, true);
            bool isPossible = unit.Acting is null && machine.IsManagerThere && now >= unit.NotBefore;
            StepKind? stop = isPossible ? StepKind.Stop : null;
            return new PlannedStep(stop, now < unit.NotBefore ? unit.NotBefore : null, true);
        }

        if (now < fence.StopAt(unit.Name))
            return null;
        bool isStopping = unit.Acting is { Kind: StepKind.Stop or StepKind.Unload };
        bool isNow = !isStopping && unit.Acting is null && machine.IsManagerThere && now >= unit.NotBefore;
        return new PlannedStep(isNow ? StepKind.Stop : null, fence.KillAt(unit.Name), true);
    }

    private static TimeSpan? FenceWake(UnitFacts unit, MachineFacts machine, TimeSpan now)
    {
        if (!unit.IsFenced || !unit.IsUp)
            return null;
        TimeSpan stop = machine.Fence.StopAt(unit.Name);
        return stop > now ? stop : null;
    }

    private static PlannedStep Reconcile(UnitFacts unit, MachineFacts machine, TimeSpan now)
    {
        ScheduleEntry? entry = unit.Entry;
        if (entry is null && MayBeGivenBack(unit, machine, now))
            return new PlannedStep(null, IsBack(machine, now) ? machine.BackSince + ReturnTime : null, false);
        if (machine.IsLeaving || entry is null or { State: ScheduleState.Revoked }
            || (entry.IsSingleton && machine.Fence.IsFromBeforeLapse(entry)))
        {
            return Leave(unit, machine, now);
        }

        bool isAllowed = !entry.IsSingleton || machine.Fence.Allows(entry, now);
        // Who has never held a lease does not know yet whether another machine has its id.
        isAllowed &= machine.Fence.Lease is { IsDuplicate: false, Lapses: > 0 };
        if (NeedsLoad(unit, entry))
            return Replace(unit, entry, isAllowed);
        PlannedStep step = entry.State == ScheduleState.Loaded ? Hold(unit) : Run(unit, entry, isAllowed, now);
        // Of one that was found loaded nothing is known yet but its hash.
        return step == PlannedStep.Nothing && unit.Text?.Hash != entry.Hash
            ? new PlannedStep(StepKind.Fetch, null, false)
            : step;
    }

    // Not where another machine speaks under this id: then nothing comes back.
    private static bool MayBeGivenBack(UnitFacts unit, MachineFacts machine, TimeSpan now) =>
        unit is { IsUp: true, IsFenced: false } && !machine.IsLeaving && !machine.Fence.Lease.IsDuplicate
        && (!IsBack(machine, now) || now < machine.BackSince + ReturnTime);

    private static bool IsBack(MachineFacts machine, TimeSpan now) =>
        machine.BackSince is not null && machine.Fence.Lease.IsHeld(now);

    private static PlannedStep Leave(UnitFacts unit, MachineFacts machine, TimeSpan now)
    {
        if (unit.Observed is not null)
            return new PlannedStep(StepKind.Unload, null, true);
        // What is published goes first: the entry is what says that this machine may have something of the unit.
        if (unit.Announced != AnnounceState.Down)
            return new PlannedStep(null, null, true);
        // Where another machine holds a lease under this id, it is that one which has the unit.
        bool mayGiveBack = !machine.IsLeaving && machine.Fence.Lease.IsHeld(now);
        return new PlannedStep(
            unit.Entry is not null && unit.IsClean && mayGiveBack ? StepKind.RemoveEntry : null, null, true);
    }

    private static bool NeedsLoad(UnitFacts unit, ScheduleEntry entry) =>
        unit.Observed is null || unit.Observed.Hash != entry.Hash
        || unit.Note.Claim != (entry.IsSingleton ? entry.CreatedIndex.Value : 0);

    private static PlannedStep Replace(UnitFacts unit, ScheduleEntry entry, bool isAllowed)
    {
        // The new text is there before the old unit goes, so that it is away for a moment only.
        if (unit.Text?.Hash != entry.Hash)
            return new PlannedStep(StepKind.Fetch, null, false);
        if (!isAllowed)
            return PlannedStep.Nothing;
        if (unit.Text.File is null)
            return new PlannedStep(StepKind.Fetch, null, false);
        return unit.Observed is null
            ? new PlannedStep(StepKind.Load, null, false)
            : new PlannedStep(StepKind.Unload, null, true);
    }

    // Only loaded. What is active there without having been started by the agent was started by the unit manager, on
    // account of [Install] or of another unit, and is its business (fleet does the same).
    private static PlannedStep Hold(UnitFacts unit)
    {
        bool isOurs = unit.Note.IsStarted || unit.Note.IsStopping || unit.Starting is not null
            || (unit.IsUp && !unit.Note.IsKnown && unit.Text is { HasInstall: false });
        return isOurs ? new PlannedStep(StepKind.Stop, null, true) : PlannedStep.Nothing;
    }

    private static PlannedStep Run(UnitFacts unit, ScheduleEntry entry, bool isAllowed, TimeSpan now)
    {
        if (!isAllowed)
            return PlannedStep.Nothing;
        if (!unit.Note.IsStarted || unit.Note.IsStopping)
        {
            if (unit.MustWait && unit.WaitingSince is { } since && now < since + FollowTime)
                return new PlannedStep(null, since + FollowTime, false);
            return new PlannedStep(StepKind.Start, null, false);
        }

        return unit.IsRestartOwed || entry.Restart > unit.Note.RestartsDone
            ? new PlannedStep(StepKind.Restart, null, true)
            : PlannedStep.Nothing;
    }

    // A stop may overtake a start; everything else waits for what is being done.
    private static bool IsPossible(UnitFacts unit, StepKind kind) =>
        unit.Acting is null && (unit.Starting is null || kind is StepKind.Stop or StepKind.Unload);

    // Clients must not be sent to a unit that goes down; but a store that is away must not keep it up for ever.
    private static TimeSpan? Withdrawal(UnitFacts unit, TimeSpan now)
    {
        if (unit.Announced == AnnounceState.Down && unit.Announcing is null)
            return GraceEnd(unit) is { } end && now < end ? end : null;
        TimeSpan latest = (unit.WithdrawingSince ?? now) + WithdrawTime;
        return now < latest ? latest : null;
    }

    // Who read the keys before they went is still being served. Whoever does not run serves nobody.
    private static TimeSpan? GraceEnd(UnitFacts unit) => unit is { IsUp: true, WithdrawnAt: { } at }
        ? at + (unit.Text?.Requirements ?? UnitRequirements.None).AnnounceGrace : null;
}
