using System.Globalization;

namespace CoreNode.Updates.Lifecycle;

/// <summary>What follows from the health of a version that has not proven itself.</summary>
internal static class GateFacts
{
    /// <summary>A version runs that must prove itself, from now on.</summary>
    public static void Enter(LifecycleTurn turn, GateState gate)
    {
        BootFacts boot = turn.State.Boot!;
        UpdateAttempt attempt = turn.State.Attempt ?? new UpdateAttempt
        {
            Began = turn.Now.Wall,
            Release = new ReleaseFacts { Version = boot.Version, Counter = boot.Counter },
        };
        turn.State = turn.State with
        {
            Attempt = attempt with { TargetSlot = boot.Slot },
            Gate = gate with { Since = turn.Now.Uptime, Starts = 1, Verdict = HealthVerdict.Waiting },
        };
        turn.Go(LifecycleStage.Judging, UpdateStepKind.JudgeHealth);
    }

    /// <summary>The node was started again while the version has to prove itself.</summary>
    public static void Resume(LifecycleTurn turn)
    {
        GateState gate = turn.State.Gate;
        int starts = gate.Starts + 1;
        bool isOver = turn.Now.Uptime - gate.Since >= turn.Settings.GateDeadline;
        if (starts > turn.Settings.GateStarts && isOver)
        {
            string why = string.Create(
                CultureInfo.InvariantCulture, $"the node started {starts} times without becoming healthy");
            turn.State = turn.State with { Gate = gate with { Starts = starts } };
            Conclude(turn, new HealthVerdict(HealthVerdictKind.Bad, why));
            return;
        }

        // A start by hand gets the whole time again; one after another, as of a node that falls over, does not.
        turn.State = turn.State with
        {
            Gate = gate with
            {
                Starts = starts,
                Since = starts > turn.Settings.GateStarts ? gate.Since : turn.Now.Uptime,
            },
        };
        turn.Go(LifecycleStage.Judging, UpdateStepKind.JudgeHealth);
    }

    /// <summary>The checks of health were looked at.</summary>
    public static void Seen(LifecycleTurn turn, HealthReport report)
    {
        GateState gate = turn.State.Gate;
        TimeSpan age = turn.Now.Uptime - gate.Since;
        bool isOver = age >= turn.Settings.GateDeadline;
        HealthVerdict atEnd = HealthJudge.Judge(gate.Before, report, isOver: true);
        HealthVerdict verdict = isOver ? atEnd : HealthJudge.Judge(gate.Before, report, isOver: false);
        if (atEnd.Kind == HealthVerdictKind.Unclear)
            turn.State = turn.State with { Live = turn.State.Live with { DoubtedAt = turn.Now.Uptime } };
        if (verdict.Kind == HealthVerdictKind.Bad && IsJustOutOfDoubt(turn))
        {
            // A site that comes back does not come back in one moment, nor do looks at it happen in one.
            verdict = new HealthVerdict(
                HealthVerdictKind.Unclear,
                $"until lately this may have been the site's fault, so it is waited for once more: {verdict.Why}");
        }

        if (verdict.Kind == HealthVerdictKind.Good && age < turn.Settings.GateSettle)
        {
            string why = string.Create(
                CultureInfo.InvariantCulture,
                $"healthy, and marked good once it has run for {turn.Settings.GateSettle.TotalSeconds:0} s");
            verdict = new HealthVerdict(HealthVerdictKind.Waiting, why);
        }

        Conclude(turn, verdict);
    }

    /// <summary>Nothing was told of the version's health for too long.</summary>
    public static void Overdue(LifecycleTurn turn) =>
        Conclude(turn, new HealthVerdict(HealthVerdictKind.Bad, "the checks of health did not answer in time"));

    /// <summary>The slot that runs is marked good.</summary>
    public static void MarkedGood(LifecycleTurn turn)
    {
        turn.State = turn.State with { Boot = turn.State.Boot! with { IsMarkedGood = true } };
        Proven(turn);
    }

    /// <summary>The version runs and is marked good: the update is over.</summary>
    public static void Proven(LifecycleTurn turn)
    {
        UpdateAttempt attempt = turn.Attempt;
        HealthVerdict verdict = turn.State.Gate.Verdict;
        string running = turn.State.RunningVersion;
        if (verdict.Kind == HealthVerdictKind.Bad)
        {
            turn.Remember(
                attempt, UpdateError.Error,
                $"{running} is not healthy ({verdict.Why}), but there is nothing to go back to: it stays");
        }
        else
        {
            turn.Forgive(running);
            turn.State = turn.State with
            {
                HighestCounter = Highest(turn.State, attempt),
                Payload = turn.State.Payload.Done(),
            };
            if (attempt.Offer is not null || attempt.IsSwitch)
                turn.Remember(attempt, UpdateError.Success, $"{running} runs and has proven itself");
            else
                turn.Note(UpdateError.Success, $"{running} runs and has proven itself");
        }

        turn.State = turn.State with { Gate = GateState.None };
        CheckTimes times = turn.Settings.PeriodicOffReason.Length > 0
            ? turn.State.Times with { Next = null }
            : turn.State.Times.Soon(turn.Settings, turn.Settings.QuickCheck, turn.Now, turn.Chance);
        turn.Rest(times);
    }

    /// <summary>The version did not stay: the one before runs.</summary>
    public static void WentBack(LifecycleTurn turn, int strikes, string why)
    {
        UpdateAttempt attempt = turn.Attempt;
        ulong counter = attempt.Release?.Counter ?? 0;
        turn.Blame(attempt.ToVersion, counter, attempt.Offer?.Sha256 ?? "", strikes, why);
        string text = attempt.ToVersion.Length > 0
            ? $"{attempt.ToVersion} did not stay ({why}): {turn.State.RunningVersion} runs again"
            : $"the version in the other slot did not stay ({why}): {turn.State.RunningVersion} runs again";
        if (attempt.IsSwitch)
            turn.Forgive(turn.State.RunningVersion);
        turn.Remember(attempt, UpdateError.Rollback, text);
        turn.State = turn.State with
        {
            IsRollbackUntold = true,
            PreviousVersion = "",
            Gate = GateState.None,
        };
        turn.Rest(turn.State.Times);
    }

    private static bool IsJustOutOfDoubt(LifecycleTurn turn) =>
        turn.State.Live.DoubtedAt is { } doubtedAt && turn.Now.Uptime - doubtedAt < turn.Settings.GateDeadline;

    // Who goes back by force means it: releases after that one are taken again.
    private static ulong Highest(UpdateState state, UpdateAttempt attempt)
    {
        ulong counter = Math.Max(attempt.Release?.Counter ?? 0, state.Boot?.Counter ?? 0);
        return attempt.Wish.IsDowngradeAllowed ? counter : Math.Max(state.HighestCounter, counter);
    }

    private static void Conclude(LifecycleTurn turn, HealthVerdict verdict)
    {
        if (verdict != turn.State.Gate.Verdict)
            turn.State = turn.State with { Gate = turn.State.Gate with { Verdict = verdict } };
        switch (verdict.Kind)
        {
            case HealthVerdictKind.Good:
                turn.Go(LifecycleStage.Judging, UpdateStepKind.MarkGood);
                break;
            case HealthVerdictKind.Bad when turn.State is { Boot.IsOtherGood: true, Gate.FailedRollbacks: 0 }:
                turn.Note(UpdateError.Rollback, $"{turn.State.RunningVersion} is not healthy: {verdict.Why}");
                turn.Go(LifecycleStage.RollingBack, UpdateStepKind.Reboot);
                break;
            case HealthVerdictKind.Bad:
                // Nothing to go back to: an unmarked slot would only leave the next boot without any.
                turn.Go(LifecycleStage.Judging, UpdateStepKind.MarkGood);
                break;
            case HealthVerdictKind.Waiting or HealthVerdictKind.Unclear:
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(verdict), verdict.Kind, "no such verdict");
        }
    }
}
