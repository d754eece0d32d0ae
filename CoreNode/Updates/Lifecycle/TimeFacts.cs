namespace CoreNode.Updates.Lifecycle;

/// <summary>What follows when time passes and nothing else happens.</summary>
internal static class TimeFacts
{
    /// <summary>Time passed.</summary>
    public static void Passed(LifecycleTurn turn)
    {
        UpdateState state = turn.State;
        if (LifecycleSteps.Due(state, turn.Settings) is not { } due || turn.Now.Uptime < due)
            return;
        switch (state.Step)
        {
            case UpdateStepKind.Wait when state.Stage == LifecycleStage.Idle:
                turn.State = state with
                {
                    Attempt = new UpdateAttempt { FromVersion = state.RunningVersion, Began = turn.Now.Wall },
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

    /// <summary>Heavy work pauses, or goes on.</summary>
    public static void Held(LifecycleTurn turn, string reason) =>
        turn.State = turn.State with
        {
            // The time that was spent waiting is not held against the step.
            Live = turn.State.Live with { Hold = reason, MovedAt = turn.Now.Uptime },
        };
}
