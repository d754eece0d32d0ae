namespace CoreNode.Updates.Lifecycle;

/// <summary>
/// What follows from the start of the node: the state that was written last meets what the machine says. The machine
/// is right: attributes may have been written just before the power went, or by hand.
/// </summary>
internal static class StartFacts
{
    /// <summary>The node started.</summary>
    public static void Started(LifecycleTurn turn, BootFacts boot)
    {
        UpdateState state = turn.State;
        bool isSameBoot = state.Boot?.BootId == boot.BootId;
        // Waits count by the uptime of a boot, so none of before holds.
        CheckTimes times = state.Times.AfterStart(turn.Settings, turn.Now, turn.Chance);
        turn.State = state with
        {
            Boot = boot,
            Live = LiveProgress.None,
            Times = times,
            HighestCounter = boot.IsMarkedGood
                ? Math.Max(state.HighestCounter, boot.Counter)
                : state.HighestCounter,
        };
        switch (state.Stage)
        {
            case LifecycleStage.Idle:
            case LifecycleStage.Reporting:
                turn.Rest(times);
                break;
            case LifecycleStage.Checking:
                Interrupted(turn);
                break;
            case LifecycleStage.Available:
            case LifecycleStage.Downloading:
            case LifecycleStage.Verifying:
                WritingInterrupted(turn);
                break;
            case LifecycleStage.Finalizing:
            case LifecycleStage.NeedReboot:
                Marked(turn, boot, isSameBoot);
                break;
            case LifecycleStage.Judging:
                Judged(turn, boot, isSameBoot);
                break;
            case LifecycleStage.RollingBack:
                SentBack(turn, boot, isSameBoot);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(turn), state.Stage, "no such stage");
        }

        if (turn.State.Stage == LifecycleStage.Idle && !boot.IsMarkedGood && boot.Slot.Length > 0)
            GateFacts.Enter(turn, GateState.None);
    }

    private static void Interrupted(LifecycleTurn turn)
    {
        UpdateErrorInfo info = UpdateErrors.Of(UpdateError.Interrupted);
        turn.Note(info.Code, info.Text);
        CheckTimes times = turn.Settings.PeriodicOffReason.Length > 0
            ? turn.State.Times
            : turn.State.Times.Soon(turn.Settings, turn.Settings.QuickCheck, turn.Now, turn.Chance);
        turn.Rest(times);
    }

    private static void WritingInterrupted(LifecycleTurn turn)
    {
        UpdateAttempt attempt = turn.Attempt;
        if (attempt.IsResumed && turn.State.Stage == LifecycleStage.Downloading)
        {
            // If it is the payload that ends the node, it is not gone on with for ever.
            int failures = turn.State.Payload.ResumeFailures + 1;
            turn.State = turn.State with { Payload = turn.State.Payload with { ResumeFailures = failures } };
        }

        if (attempt.Offer is not { IsFromOperator: true })
        {
            Interrupted(turn);
            return;
        }

        turn.State = turn.State with
        {
            Attempt = attempt with
            {
                Release = null,
                IsResumed = false,
                TargetSlot = turn.State.Boot!.OtherSlot,
            },
        };
        turn.Go(LifecycleStage.Available, UpdateStepKind.FetchMetadata);
    }

    // The other slot was made the next one to boot, or was about to be.
    private static void Marked(LifecycleTurn turn, BootFacts boot, bool isSameBoot)
    {
        UpdateAttempt attempt = turn.Attempt;
        bool isMade = turn.State.Stage == LifecycleStage.NeedReboot;
        bool isTakenBack = turn.State.Step == UpdateStepKind.Unmark;
        if (boot.Slot == attempt.TargetSlot)
        {
            if (attempt.IsSwitch)
                WriteFacts.BlameLeft(turn, attempt);
            TargetRuns(turn, boot);
        }
        else if (isTakenBack)
        {
            turn.Go(LifecycleStage.Finalizing, UpdateStepKind.Unmark);
        }
        else if (boot.IsOtherNext)
        {
            if (isMade)
                turn.Go(LifecycleStage.NeedReboot, UpdateStepKind.Wait);
            else
                WriteFacts.Finalized(turn, turn.State.Step);
        }
        else if (boot.IsOtherTried && !isSameBoot)
        {
            GateFacts.WentBack(
                turn, BadVersion.Limit,
                boot.OtherFault.Length > 0
                    ? $"it did not come up: {boot.OtherFault}"
                    : "it was booted and did not come up");
        }
        else if (isMade)
        {
            if (attempt.IsSwitch)
                turn.Forgive(boot.Version);
            turn.Remember(
                attempt, UpdateError.Cancelled,
                $"the next boot stays on {boot.Version}: the slots' attributes were changed by hand");
            turn.State = turn.State with { PreviousVersion = "", Gate = GateState.None };
            turn.Rest(turn.State.Times);
        }
        else if (attempt.IsSwitch)
        {
            turn.Go(LifecycleStage.Finalizing, UpdateStepKind.SwitchSlot);
        }
        else
        {
            // What was read back before the power went may not be what the disk kept.
            turn.Go(LifecycleStage.Verifying, UpdateStepKind.Verify);
        }
    }

    private static void TargetRuns(LifecycleTurn turn, BootFacts boot)
    {
        if (!boot.IsMarkedGood)
        {
            GateFacts.Enter(turn, turn.State.Gate);
            return;
        }

        // The slot that was gone back to has proven itself long ago; or somebody marked it by hand.
        turn.Remember(turn.Attempt, UpdateError.Success, $"{boot.Version} runs, and its slot is marked good");
        turn.State = turn.State with { Gate = GateState.None };
        turn.Rest(turn.State.Times);
    }

    private static void Judged(LifecycleTurn turn, BootFacts boot, bool isSameBoot)
    {
        if (boot.Slot == turn.Attempt.TargetSlot)
        {
            if (boot.IsMarkedGood)
                GateFacts.Proven(turn);
            else if (isSameBoot)
                GateFacts.Resume(turn);
            else
                GateFacts.Enter(turn, turn.State.Gate);
            return;
        }

        HealthVerdict verdict = turn.State.Gate.Verdict;
        bool isDoubtful = verdict.Kind == HealthVerdictKind.Unclear;
        GateFacts.WentBack(
            turn, isDoubtful ? 1 : BadVersion.Limit,
            isDoubtful ? verdict.Why : "the machine restarted before it had proven itself: " + verdict.Why);
    }

    private static void SentBack(LifecycleTurn turn, BootFacts boot, bool isSameBoot)
    {
        if (boot.Slot != turn.Attempt.TargetSlot)
        {
            GateFacts.WentBack(turn, BadVersion.Limit, turn.State.Gate.Verdict.Why);
        }
        else if (isSameBoot)
        {
            turn.Go(LifecycleStage.RollingBack, UpdateStepKind.Reboot);
        }
        else
        {
            GateState gate = turn.State.Gate;
            GateFacts.Enter(turn, gate with { FailedRollbacks = gate.FailedRollbacks + 1 });
        }
    }
}
