namespace CoreNode.Updates.Lifecycle;

/// <summary>What follows while a payload is fetched, written and made the next to boot.</summary>
internal static class WriteFacts
{
    /// <summary>The signed metadata is known: the last moment before anything is changed.</summary>
    public static void MetadataRead(LifecycleTurn turn, ReleaseFacts release)
    {
        turn.State = turn.State with { Attempt = turn.Attempt with { Release = release } };
        UpdateFailure? refusal = ReleaseRules.Refuse(
            turn.State, turn.Attempt, release, turn.Settings, turn.Now.Wall);
        if (refusal is not null)
            turn.End(refusal);
        else
            turn.Go(LifecycleStage.Available, UpdateStepKind.Prepare);
    }

    /// <summary>The target slot is cleared: no boot takes it while it is being written.</summary>
    public static void Prepared(LifecycleTurn turn, IReadOnlyList<HealthCheck> health)
    {
        ReleaseFacts release = turn.Attempt.Release!;
        bool isResumed = turn.State.Payload.MayResume(release, turn.Settings);
        turn.State = turn.State with
        {
            Payload = turn.State.Payload.Began(release, isResumed),
            Attempt = turn.Attempt with { IsResumed = isResumed },
            Gate = GateState.None with { Before = health },
            Live = LiveProgress.None with { Hold = turn.State.Live.Hold },
        };
        turn.Tell(UpdateEvent.DownloadStarted, UpdateEvent.ResultSuccess, UpdateError.Success, release.Version);
        turn.Go(LifecycleStage.Downloading, UpdateStepKind.Apply);
    }

    /// <summary>More of the payload is done.</summary>
    public static void Progressed(LifecycleTurn turn, long done, long total)
    {
        LiveProgress live = turn.State.Live;
        // A try that begins anew may show less than the one before: that it moves is what counts.
        bool isMoving = done != live.Done;
        bool isEnough = done - live.RetriesSince >= turn.Settings.TransferProgressBytes;
        turn.State = turn.State with
        {
            Payload = isMoving && done > 0 ? turn.State.Payload.Received() : turn.State.Payload,
            Live = live with
            {
                Done = done,
                Total = total,
                MovedAt = isMoving ? turn.Now.Uptime : live.MovedAt,
                Retries = isEnough ? 0 : live.Retries,
                NotBefore = null,
            },
        };
    }

    /// <summary>The payload is written.</summary>
    public static void Applied(LifecycleTurn turn)
    {
        turn.Tell(
            UpdateEvent.DownloadFinished, UpdateEvent.ResultSuccess, UpdateError.Success, turn.Attempt.ToVersion);
        turn.State = turn.State with
        {
            Payload = turn.State.Payload.Fetched(turn.Attempt.Offer!, turn.Settings, turn.Now.Wall, turn.Chance),
        };
        turn.Go(LifecycleStage.Verifying, UpdateStepKind.Verify);
    }

    /// <summary>The slots' attributes are as they shall be.</summary>
    public static void Finalized(LifecycleTurn turn, UpdateStepKind step)
    {
        UpdateAttempt attempt = turn.Attempt;
        CheckTimes times = turn.State.Times.After(turn.Settings, null, 0, turn.Now, turn.Chance);
        if (step == UpdateStepKind.Unmark)
        {
            if (attempt.IsSwitch)
                turn.Forgive(attempt.FromVersion);
            turn.State = turn.State with { PreviousVersion = "", Gate = GateState.None };
            turn.Remember(attempt, UpdateError.Cancelled, $"taken back: the next boot stays on {attempt.FromVersion}");
            turn.Rest(times);
            return;
        }

        string running = turn.State.RunningVersion;
        if (step == UpdateStepKind.SwitchSlot)
        {
            BlameLeft(turn, attempt);
            turn.Note(UpdateError.Success, $"the next boot goes back to {attempt.ToVersion}");
        }
        else
        {
            turn.Tell(UpdateEvent.Complete, UpdateEvent.ResultSuccess, UpdateError.Success, attempt.ToVersion);
            turn.Note(UpdateError.Success, $"{attempt.ToVersion} is installed: the next boot takes it");
            turn.State = turn.State with { Payload = turn.State.Payload.Done() };
        }

        turn.State = turn.State with
        {
            Times = times,
            PreviousVersion = running,
            Attempt = turn.Attempt with { MarkedInBoot = turn.State.Boot?.BootId ?? "" },
        };
        turn.Go(LifecycleStage.NeedReboot, UpdateStepKind.Wait);
    }

    /// <summary>The version that the operator goes back from is not taken again by itself.</summary>
    public static void BlameLeft(LifecycleTurn turn, UpdateAttempt attempt) =>
        turn.Blame(attempt.FromVersion, attempt.FromCounter, "", BadVersion.Limit, "the operator went back from it");
}
