namespace CoreNode.Updates.Lifecycle;

/// <summary>What follows when time passes and nothing else happens.</summary>
internal static class TimeFacts
{
    /// <summary>Time passed.</summary>
    public static void Passed(LifecycleTurn turn)
    {
        UpdateState state = turn.State;
        if (state.Step == UpdateStepKind.Wait && !IsServerAsked(turn))
            return;
        if (LifecycleSteps.Due(state, turn.Settings) is not { } due || turn.Now.Uptime < due)
            return;
        switch (state.Step)
        {
            case UpdateStepKind.Wait when state.Stage == LifecycleStage.Idle:
                turn.State = state with
                {
                    Attempt = new UpdateAttempt
                    {
                        Wish = state.Live.Follow ?? UpdateWish.None,
                        FromVersion = state.RunningVersion,
                        Began = turn.Now.Wall,
                    },
                };
                turn.Go(LifecycleStage.Checking, UpdateStepKind.Check);
                break;
            case UpdateStepKind.Wait:
                turn.Go(LifecycleStage.NeedReboot, UpdateStepKind.Ping);
                break;
            case UpdateStepKind.JudgeHealth:
                GateFacts.Overdue(turn);
                break;
            default:
                FailureFacts.Failed(turn, new UpdateFailure(UpdateError.TimedOut));
                break;
        }
    }

    // What people have put in update.conf since, or taken out: a server that is off is not asked, and told as such; one
    // that is on again is asked soon.
    private static bool IsServerAsked(LifecycleTurn turn)
    {
        CheckTimes times = turn.State.Times;
        UpdateSettings settings = turn.Settings;
        if (settings.ServerOffReason.Length > 0)
        {
            turn.State = turn.State with
            {
                Times = times with { Next = null },
                Live = turn.State.Live with { Follow = null },
            };
            return false;
        }

        if (times.Next is not null || settings.PeriodicOffReason.Length > 0)
            return times.Next is not null;
        turn.State = turn.State with { Times = times.Soon(settings, settings.QuickCheck, turn.Now, turn.Chance) };
        return false;
    }

    /// <summary>Heavy work pauses, or goes on.</summary>
    public static void Held(LifecycleTurn turn, string reason) =>
        turn.State = turn.State with
        {
            // The time that was spent waiting is not held against the step.
            Live = turn.State.Live with { Hold = reason, MovedAt = turn.Now.Uptime },
        };
}
