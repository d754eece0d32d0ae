namespace CoreNode.Updates.Lifecycle;

/// <summary>What follows from what the operator asks for.</summary>
internal static class OperatorFacts
{
    /// <summary>Does it, or says why not.</summary>
    public static void Take(LifecycleTurn turn, UpdateFact fact)
    {
        switch (fact)
        {
            case UpdateFact.CheckAsked asked:
                Check(turn, asked.Wish);
                break;
            case UpdateFact.ApplyAsked asked:
                Apply(turn, asked.Offer with { IsFromOperator = true }, asked.Wish);
                break;
            case UpdateFact.CancelAsked:
                Cancel(turn);
                break;
            case UpdateFact.ResetAsked:
                Reset(turn);
                break;
            case UpdateFact.PinAsked asked:
                Pin(turn, asked.Version);
                break;
            case UpdateFact.RollbackAsked asked:
                Rollback(turn, asked.Boot);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(fact), fact, "not of the operator");
        }
    }

    private static void Check(LifecycleTurn turn, UpdateWish wish)
    {
        if (turn.Settings.ServerOffReason.Length > 0)
        {
            turn.Refusal = $"no server is asked: {turn.Settings.ServerOffReason}; \"corenode update apply FILE\" "
                + "takes a payload without one";
            return;
        }

        if (!IsFree(turn))
            return;
        turn.State = turn.State with
        {
            Attempt = new UpdateAttempt
            {
                Wish = wish,
                FromVersion = turn.State.RunningVersion,
                Began = turn.Now.Wall,
            },
        };
        turn.Go(LifecycleStage.Checking, UpdateStepKind.Check);
    }

    private static void Apply(LifecycleTurn turn, UpdateOffer offer, UpdateWish wish)
    {
        string target = turn.State.Boot?.OtherSlot ?? "";
        if (offer.Urls.Count == 0)
            turn.Refusal = "no payload was named: give a file or an address";
        else if (target.Length == 0)
            turn.Refusal = UpdateErrors.Of(UpdateError.NoTargetSlot).Text;
        else if (IsFree(turn))
        {
            turn.State = turn.State with
            {
                Payload = turn.State.Payload.For(offer),
                Attempt = new UpdateAttempt
                {
                    Wish = wish,
                    Offer = offer,
                    FromVersion = turn.State.RunningVersion,
                    TargetSlot = target,
                    Began = turn.Now.Wall,
                },
            };
            turn.Go(LifecycleStage.Available, UpdateStepKind.FetchMetadata);
        }
    }

    private static void Cancel(LifecycleTurn turn)
    {
        UpdateFailure cancelled = new(UpdateError.Cancelled);
        switch (turn.State.Stage)
        {
            case LifecycleStage.Checking:
                turn.Note(cancelled.Code, "the operator stopped the check");
                turn.Rest(turn.State.Times.After(turn.Settings, null, 0, turn.Now, turn.Chance));
                break;
            case LifecycleStage.Available or LifecycleStage.Downloading or LifecycleStage.Verifying:
                turn.End(cancelled);
                break;
            case LifecycleStage.Idle or LifecycleStage.Reporting when turn.State.Live.Follow is not null:
                turn.Note(cancelled.Code, "the operator stopped it before the next address was tried");
                turn.State = turn.State with
                {
                    Times = turn.State.Times.After(turn.Settings, null, 0, turn.Now, turn.Chance),
                    Live = turn.State.Live with { Follow = null },
                };
                break;
            case LifecycleStage.Idle or LifecycleStage.Reporting:
                turn.Refusal = "there is nothing to cancel: no update is under way";
                break;
            case LifecycleStage.NeedReboot:
                turn.Refusal = "the update is done and waits for a reboot: \"corenode update rollback\" takes it back";
                break;
            default:
                turn.Refusal = Busy(turn.State);
                break;
        }
    }

    private static void Reset(LifecycleTurn turn)
    {
        if (turn.State.Stage == LifecycleStage.NeedReboot)
            turn.Go(LifecycleStage.Finalizing, UpdateStepKind.Unmark);
        else if (turn.State.Stage is not (LifecycleStage.Idle or LifecycleStage.Reporting))
            turn.Refusal = Busy(turn.State);
    }

    private static void Pin(LifecycleTurn turn, string version)
    {
        turn.State = turn.State with { Pin = version };
        bool isUnderWay = turn.State.Stage is LifecycleStage.Available or LifecycleStage.Downloading
            or LifecycleStage.Verifying;
        if (!isUnderWay || turn.Attempt.ToVersion.Length == 0
            || ReleaseRules.IsPinned(version, turn.Attempt.ToVersion))
        {
            return;
        }

        turn.End(new UpdateFailure(
            UpdateError.IgnoredPerPolicy,
            $"{turn.Attempt.ToVersion} was given up: this machine is pinned to {version}"));
    }

    private static void Rollback(LifecycleTurn turn, BootFacts boot)
    {
        LifecycleStage stage = turn.State.Stage;
        if (stage == LifecycleStage.NeedReboot)
        {
            // The running version is the one to stay on: what was installed is taken back.
            turn.Go(LifecycleStage.Finalizing, UpdateStepKind.Unmark);
            return;
        }

        if (!boot.IsOtherGood || boot.OtherSlot.Length == 0)
        {
            turn.Refusal = "there is nothing to go back to: the other slot holds no version that has proven itself";
            return;
        }

        if (stage == LifecycleStage.Judging)
        {
            HealthVerdict verdict = new(HealthVerdictKind.Bad, "the operator went back from it");
            turn.State = turn.State with { Boot = boot, Gate = turn.State.Gate with { Verdict = verdict } };
            turn.Go(LifecycleStage.RollingBack, UpdateStepKind.Reboot);
            return;
        }

        if (!IsFree(turn))
            return;
        turn.State = turn.State with
        {
            Boot = boot,
            Attempt = new UpdateAttempt
            {
                IsSwitch = true,
                FromVersion = boot.Version,
                FromCounter = boot.Counter,
                TargetSlot = boot.OtherSlot,
                Offer = new UpdateOffer { Version = boot.OtherVersion, Urls = [], IsFromOperator = true },
                Began = turn.Now.Wall,
            },
        };
        turn.Go(LifecycleStage.Finalizing, UpdateStepKind.SwitchSlot);
    }

    // Nothing is under way, or only the last report of something: that goes with the next.
    private static bool IsFree(LifecycleTurn turn)
    {
        if (turn.State.Stage == LifecycleStage.Reporting)
            turn.Rest(turn.State.Times);
        if (turn.State.Stage == LifecycleStage.Idle)
            return true;
        turn.Refusal = Busy(turn.State);
        return false;
    }

    private static string Busy(UpdateState state) => state.Stage switch
    {
        LifecycleStage.Checking => "a check is under way: see \"corenode update status\"",
        LifecycleStage.NeedReboot =>
            $"{state.Attempt?.ToVersion} is installed and waits for a reboot: reboot, or take it back with "
            + "\"corenode update rollback\"",
        LifecycleStage.Judging =>
            $"{state.RunningVersion} has not proven itself yet ({state.Gate.Verdict.Why}): it must, or go back with "
            + "\"corenode update rollback\"",
        LifecycleStage.RollingBack => "the machine is about to go back to the version before",
        LifecycleStage.Finalizing => "the slots are just being changed, which takes seconds: try again",
        _ => $"an update to {state.Attempt?.ToVersion} is under way: see \"corenode update status\", or stop it with "
            + "\"corenode update cancel\"",
    };
}
