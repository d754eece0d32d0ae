namespace CoreNode.Updates.Lifecycle;

/// <summary>What follows when a step fails.</summary>
internal static class FailureFacts
{
    /// <summary>The step failed.</summary>
    public static void Failed(LifecycleTurn turn, UpdateFailure failure)
    {
        switch (turn.State.Step)
        {
            case UpdateStepKind.Check:
                CheckFailed(turn, failure);
                break;
            case UpdateStepKind.Ping:
                turn.State = turn.State with { Times = NextCheck(turn, failure) };
                turn.Go(LifecycleStage.NeedReboot, UpdateStepKind.Wait);
                break;
            case UpdateStepKind.FetchMetadata or UpdateStepKind.Apply when IsTriedAgain(turn, failure):
                TryAgain(turn, failure);
                break;
            case UpdateStepKind.Report:
                // What could not be told goes with the next events.
                turn.Rest(turn.State.Times);
                break;
            case UpdateStepKind.Unmark:
                turn.Note(failure.Code, "the next boot still takes the other slot: " + failure.Text);
                turn.Go(LifecycleStage.NeedReboot, UpdateStepKind.Wait);
                break;
            case UpdateStepKind.JudgeHealth or UpdateStepKind.MarkGood or UpdateStepKind.Reboot:
                // These must succeed in the end.
                turn.Note(failure.Code, failure.Text);
                turn.Go(turn.State.Stage, turn.State.Step, turn.Settings.RetryDelay);
                break;
            case UpdateStepKind.Wait:
                break;
            default:
                turn.End(failure);
                break;
        }
    }

    private static void CheckFailed(LifecycleTurn turn, UpdateFailure failure)
    {
        turn.Note(failure.Code, "the check failed: " + failure.Text);
        turn.Rest(NextCheck(turn, failure));
    }

    private static CheckTimes NextCheck(LifecycleTurn turn, UpdateFailure failure)
    {
        int status = failure.HttpStatus > 0 ? failure.HttpStatus : UpdateErrors.HttpStatus(failure.Code);
        return turn.State.Times.After(turn.Settings, null, status, turn.Now, turn.Chance);
    }

    private static bool IsTriedAgain(LifecycleTurn turn, UpdateFailure failure)
    {
        if (failure.IsNoNetwork)
        {
            int most = turn.Attempt.Wish.IsInteractive
                ? turn.Settings.NoNetworkRetriesInteractive
                : turn.Settings.NoNetworkRetries;
            return turn.State.Live.Retries < most;
        }

        int status = failure.HttpStatus > 0 ? failure.HttpStatus : UpdateErrors.HttpStatus(failure.Code);
        bool mayPass = status == 0 ? failure.Code == UpdateError.DownloadTransfer : status is 408 or 429 or >= 500;
        return mayPass && turn.State.Live.Retries < turn.Settings.TransferRetries;
    }

    private static void TryAgain(LifecycleTurn turn, UpdateFailure failure)
    {
        LiveProgress live = turn.State.Live;
        turn.Note(failure.Code, "the transfer broke: " + failure.Text);
        turn.State = turn.State with
        {
            Live = live with
            {
                Retries = live.Retries + 1,
                RetriesSince = live.Retries == 0 ? live.Done : live.RetriesSince,
            },
        };
        TimeSpan delay = failure.IsNoNetwork ? turn.Settings.NoNetworkDelay : turn.Settings.TransferRetryDelay;
        turn.Go(turn.State.Stage, turn.State.Step, delay);
    }
}
