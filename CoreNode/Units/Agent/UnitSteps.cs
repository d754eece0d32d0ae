using CoreNode.Units.Manager;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Agent;

/// <summary>
/// Hands out the steps of one unit after the other, and takes in how they ended. Pure; owned by
/// <see cref="AgentCore"/>.
/// </summary>
internal sealed class UnitSteps(string machineId, Action<UnitFacts, UnitNote> keepNote)
{
    private static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_overtaken = TimeSpan.FromSeconds(1);

    private readonly StepSlots _store = new(32);
    private readonly StepSlots _manager = new(16);
    private readonly StepSlots _jobs = new(64);

    /// <summary>When a slot may become free by time alone.</summary>
    public TimeSpan? WakeAt =>
        AgentPlanner.Earlier(_store.WakeAt, AgentPlanner.Earlier(_manager.WakeAt, _jobs.WakeAt));

    /// <summary>Units that waited and whose turn it is.</summary>
    public void Free(TimeSpan now, SortedSet<string> turns)
    {
        _store.Free(now, turns);
        _manager.Free(now, turns);
        _jobs.Free(now, turns);
    }

    /// <summary>Hands out what is due of a unit, and sets when to look at it again.</summary>
    public void Plan(UnitFacts unit, MachineFacts machine, TimeSpan now, List<AgentStep> steps)
    {
        NoticeRestart(unit);
        PlannedStep planned = AgentPlanner.Decide(unit, machine, now);
        TimeSpan? wake = planned.WakeAt;
        unit.WithdrawingSince =
            planned.IsStopWanted && unit.Announced != AnnounceState.Down ? unit.WithdrawingSince ?? now : null;
        if (planned.Kind is { } kind)
            Begin(unit, kind, now, steps);
        if ((machine.IsListed || machine.IsLeaving) && !machine.Fence.Lease.IsDuplicate)
        {
            wake = AgentPlanner.Earlier(wake, PlanPublish(unit, machine, now, steps));
            wake = AgentPlanner.Earlier(wake, PlanAnnounce(unit, machine, planned.IsStopWanted, now, steps));
            wake = AgentPlanner.Earlier(wake, PlanCheck(unit, now, steps));
        }

        unit.WakeAt = wake;
    }

    /// <summary>Takes in how a step ended.</summary>
    public void Completed(UnitFacts unit, StepOutcome outcome, TimeSpan now)
    {
        SlotsOf(outcome.Step.Kind)?.End(outcome.Step);
        switch (outcome.Step.Kind)
        {
            case StepKind.Fetch or StepKind.Load:
                unit.Acting = null;
                TakeLoading(unit, outcome, now);
                break;
            case StepKind.Unload or StepKind.Stop:
                unit.Acting = null;
                TakeStopped(unit, outcome, now);
                break;
            case StepKind.Start or StepKind.Restart:
                unit.Starting = null;
                TakeStarted(unit, outcome, now);
                break;
            case StepKind.Kill:
                unit.Killing = null;
                unit.NotBefore = now + s_again;
                break;
            case StepKind.RemoveEntry:
                unit.Acting = null;
                TakeRemoved(unit, outcome, now);
                break;
            case StepKind.Publish:
                unit.Publishing = null;
                TakePublished(unit, outcome, now);
                break;
            case StepKind.Announce or StepKind.Withdraw:
                unit.Announcing = null;
                TakeAnnounced(unit, outcome, now);
                break;
            case StepKind.Check:
                unit.Checking = null;
                HealthRule.Take(unit, outcome.Result == StepResult.Done, now);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(outcome), outcome.Step.Kind, "is no step of a unit");
        }
    }

    // The process ended between a restart and its note: another main process says that it was done.
    private void NoticeRestart(UnitFacts unit)
    {
        if (unit.Note.RestartPending == 0 || unit.Starting is not null || !unit.IsActive)
            return;
        UnitObservation seen = unit.Observed!;
        if (seen.MainPid != unit.Note.PidBefore || SinceOf(seen) != unit.Note.SinceBefore)
            keepNote(unit, unit.Note with { RestartsDone = unit.Note.RestartPending, RestartPending = 0 });
    }

    private static long SinceOf(UnitObservation seen) => seen.Since?.UtcTicks ?? 0;

    private StepSlots? SlotsOf(StepKind kind) => kind switch
    {
        StepKind.Fetch or StepKind.RemoveEntry or StepKind.Publish or StepKind.Announce or StepKind.Withdraw => _store,
        StepKind.Load or StepKind.Unload => _manager,
        StepKind.Start or StepKind.Stop or StepKind.Restart => _jobs,
        // Never late.
        _ => null,
    };

    private bool TryBegin(UnitFacts unit, AgentStep step, List<AgentStep> steps)
    {
        StepSlots? slots = SlotsOf(step.Kind);
        if (slots?.TryTake(unit.Name) == false)
            return false;
        slots?.Begin(step);
        steps.Add(step);
        return true;
    }

    private void Begin(UnitFacts unit, StepKind kind, TimeSpan now, List<AgentStep> steps)
    {
        AgentStep step = new(kind, unit.Name, now)
        {
            Entry = unit.Entry,
            Hash = unit.Entry?.Hash ?? "",
            Text = kind == StepKind.Load ? unit.Text : null,
            Token = unit.Entry is { IsSingleton: true } entry ? entry.CreatedIndex.Value : 0,
        };
        if (!TryBegin(unit, step, steps))
            return;
        switch (kind)
        {
            case StepKind.Kill:
                unit.Killing = step;
                break;
            case StepKind.Start:
                unit.Starting = step;
                unit.IsStartOvertaken = false;
                break;
            case StepKind.Restart:
                unit.Starting = step;
                unit.IsStartOvertaken = false;
                keepNote(unit, unit.Note with
                {
                    RestartPending = step.Entry!.Restart > unit.Note.RestartsDone ? step.Entry.Restart : 0,
                    PidBefore = unit.Observed!.MainPid,
                    SinceBefore = SinceOf(unit.Observed),
                });
                break;
            default:
                unit.Acting = step;
                NoteActing(unit, step);
                break;
        }
    }

    private void NoteActing(UnitFacts unit, AgentStep step)
    {
        if (step.Kind == StepKind.Load)
        {
            keepNote(unit, new UnitNote { IsKnown = true, Claim = step.Token, RestartsDone = step.Entry!.Restart });
        }
        else if (step.Kind is StepKind.Stop or StepKind.Unload)
        {
            unit.IsStartOvertaken |= unit.Starting is not null;
            keepNote(unit, unit.Note with { IsKnown = true, IsStopping = true });
        }
    }

    private static void Fail(UnitFacts unit, StepOutcome outcome, TimeSpan now)
    {
        unit.Failures++;
        unit.NotBefore = now + Backoff.After(unit.Failures, unit.Name);
        if (!outcome.IsAway && outcome.Step.Kind is StepKind.Fetch or StepKind.Load)
            unit.Problem = outcome.Reason;
    }

    private static void TakeLoading(UnitFacts unit, StepOutcome outcome, TimeSpan now)
    {
        if (outcome.Result != StepResult.Done)
        {
            Fail(unit, outcome, now);
            return;
        }

        unit.Failures = 0;
        unit.Problem = "";
        if (outcome.Step.Kind == StepKind.Fetch)
            unit.Text = outcome.Text;
        else if (unit.Observed is null)
            unit.NotBefore = now + s_again;
        else
            unit.Text = unit.Text! with { File = null };
    }

    private void TakeStopped(UnitFacts unit, StepOutcome outcome, TimeSpan now)
    {
        if (outcome.Result != StepResult.Done)
        {
            Fail(unit, outcome, now);
            return;
        }

        unit.Failures = 0;
        unit.IsRestartOwed = false;
        bool isUnloaded = outcome.Step.Kind == StepKind.Unload;
        keepNote(unit, unit.Note with
        {
            IsStarted = false,
            IsStopping = false,
            RestartPending = 0,
            Claim = isUnloaded ? 0 : unit.Note.Claim,
        });
        if (isUnloaded && unit.Observed is not null)
            unit.NotBefore = now + s_again;
    }

    private void TakeStarted(UnitFacts unit, StepOutcome outcome, TimeSpan now)
    {
        bool isOvertaken = unit.IsStartOvertaken;
        unit.IsStartOvertaken = false;
        if (isOvertaken)
            return;
        // How it ended is the unit's business, but for a manager that went away before it could say.
        bool isTended = outcome.Result == StepResult.Done || outcome.Job is { Result: not "gone" };
        if (!isTended)
        {
            Fail(unit, outcome, now);
            return;
        }

        unit.Failures = 0;
        unit.IsRestartOwed = false;
        keepNote(unit, unit.Note with
        {
            IsKnown = true,
            IsStarted = true,
            IsStopping = false,
            RestartsDone = Math.Max(unit.Note.RestartsDone, outcome.Step.Entry!.Restart),
            RestartPending = 0,
        });
    }

    private static void TakeRemoved(UnitFacts unit, StepOutcome outcome, TimeSpan now)
    {
        switch (outcome.Result)
        {
            case StepResult.Done:
                unit.Failures = 0;
                if (outcome.Index < unit.EntryIndex)
                    break;
                unit.Entry = null;
                unit.EntryIndex = outcome.Index;
                break;
            case StepResult.Overtaken:
                unit.NotBefore = now + s_overtaken;
                break;
            default:
                Fail(unit, outcome, now);
                break;
        }
    }

    private TimeSpan? PlanPublish(UnitFacts unit, MachineFacts machine, TimeSpan now, List<AgentStep> steps)
    {
        TimeSpan? wake = StateRule.WakeAt(unit, now);
        PublishedState wanted = StateRule.Wanted(unit, machine, machineId, now);
        if (unit.Publishing is not null || StateRule.Due(unit, wanted, now) is not { } due)
            return wake;
        if (now < due)
            return AgentPlanner.Earlier(wake, due);
        AgentStep step = new(StepKind.Publish, unit.Name, now) { Wanted = wanted, Known = unit.Published };
        if (TryBegin(unit, step, steps))
        {
            unit.Publishing = step;
            StateRule.Spend(unit, now);
        }

        return wake;
    }

    private static void TakePublished(UnitFacts unit, StepOutcome outcome, TimeSpan now)
    {
        if (outcome.Result == StepResult.Done)
        {
            unit.Published = outcome.Step.Wanted;
            unit.PublishFailures = 0;
            return;
        }

        unit.Published = null;
        unit.PublishNotBefore = now + Backoff.After(++unit.PublishFailures, unit.Name);
    }

    private TimeSpan? PlanAnnounce(
        UnitFacts unit, MachineFacts machine, bool isStopWanted, TimeSpan now, List<AgentStep> steps)
    {
        IReadOnlyList<UnitAnnouncement> keys = unit.Text?.Announcements ?? [];
        if ((keys.Count == 0 && unit.Announced == AnnounceState.Down) || unit.Announcing is not null)
            return null;
        bool isWanted = keys.Count > 0 && !isStopWanted && !machine.IsLeaving && unit.IsServing
            && unit.Entry is { State: ScheduleState.Launched } entry && entry.Hash == unit.Text!.Hash;
        // What was found announced is left alone until the text says what there is to be, and a check that it is well.
        bool isUnchecked = unit is { IsAnnouncedBefore: true, Health: UnitHealth.Unknown }
            && unit.Text is { Requirements.HasHealthCheck: true };
        bool isUnread = (unit.Text is null || isUnchecked) && unit.IsActive && !isStopWanted && unit.Entry is not null;
        if ((isWanted ? AnnounceState.Up : AnnounceState.Down) == unit.Announced || isUnread)
            return null;
        if (now < unit.AnnounceNotBefore)
            return unit.AnnounceNotBefore;
        AgentStep step = new(isWanted ? StepKind.Announce : StepKind.Withdraw, unit.Name, now)
        {
            Announcements = keys,
            Left = unit.AnnouncedKeys,
            Shared = isWanted ? [] : SharedKeys(unit),
        };
        if (!TryBegin(unit, step, steps))
            return null;
        unit.Announcing = step;
        unit.IsAnnouncedBefore = false;
        unit.IsToldAnnounced &= isWanted;
        unit.AnnouncedKeys = KeysOf(step);
        unit.Announced = AnnounceState.Unknown;
        return null;
    }

    private static void TakeAnnounced(UnitFacts unit, StepOutcome outcome, TimeSpan now)
    {
        if (outcome.Result != StepResult.Done)
        {
            unit.AnnounceNotBefore = now + Backoff.After(++unit.AnnounceFailures, unit.Name);
            return;
        }

        bool isUp = outcome.Step.Kind == StepKind.Announce;
        unit.AnnounceFailures = 0;
        unit.Announced = isUp ? AnnounceState.Up : AnnounceState.Down;
        unit.IsToldAnnounced = isUp;
        unit.WithdrawnAt = isUp ? null : now;
        unit.AnnouncedKeys = isUp ? KeysOf(outcome.Step with { Left = [] }) : [];
    }

    // What names no machine stands by the successor's hand just as well, and cannot be told apart from this one's.
    private static List<UnitAnnouncement> SharedKeys(UnitFacts unit)
    {
        List<UnitAnnouncement> shared = [];
        if (unit is not { Entry.Successor.Length: > 0, Text: { } text })
            return shared;
        foreach (UnitAnnouncement announcement in text.Requirements.Announce)
        {
            for (int i = 0; i < text.Announcements.Count; i++)
            {
                if (text.Announcements[i] == announcement)
                    shared.Add(announcement);
            }
        }

        return shared;
    }

    private static List<UnitAnnouncement> KeysOf(AgentStep step)
    {
        List<UnitAnnouncement> keys = [.. step.Left];
        foreach (UnitAnnouncement announcement in step.Announcements)
        {
            if (!keys.Contains(announcement))
                keys.Add(announcement);
        }

        return keys;
    }

    private static TimeSpan? PlanCheck(UnitFacts unit, TimeSpan now, List<AgentStep> steps)
    {
        if (HealthRule.Due(unit) is not { } due)
            return null;
        if (now < due)
            return due;
        AgentStep step = new(StepKind.Check, unit.Name, now) { Health = unit.Text!.Requirements };
        unit.Checking = step;
        steps.Add(step);
        return null;
    }
}
