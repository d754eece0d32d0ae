namespace CoreNode.Reboots;

/// <summary>What comes of steps, and of time.</summary>
internal static class StepFacts
{
    /// <summary>It is as late as was asked for.</summary>
    public static void TimePassed(RebootTurn turn)
    {
        RebootState state = turn.State;
        switch (state.Stage)
        {
            case RebootStage.Idle:
                turn.Consider();
                break;
            case RebootStage.WindowWait when turn.IsOpen:
                turn.Proceed();
                break;
            case RebootStage.WindowWait:
                turn.State = state with { FuzzUntil = null };
                break;
            case RebootStage.Warning when state.Step == RebootStepKind.Wait
                && turn.Now.Wall >= state.WarnedAt + turn.Settings.LoginDelay:
                turn.Go(RebootStage.Stopping, RebootStepKind.Sync);
                break;
            case RebootStage.Rebooting when state.Step == RebootStepKind.Wait
                && turn.Now.Uptime >= state.Live.StepSince + turn.Settings.GoDownLimit:
                NotGone(turn, "the machine did not go down after it was asked to");
                break;
            default:
                break;
        }
    }

    /// <summary>Takes a fact of the step that is being done.</summary>
    public static void Take(RebootTurn turn, RebootFact fact)
    {
        switch (fact)
        {
            case RebootFact.Told told:
                turn.Tell(told.Text);
                // How it was asked for is still to be known when the machine is back.
                if (turn.State.Step == RebootStepKind.Restart)
                    turn.State = turn.State with { Note = told.Text };
                break;
            case RebootFact.Looked looked when turn.State.Step == RebootStepKind.Look:
                Looked(turn, looked.Permission);
                break;
            case RebootFact.Warned warned when turn.State.Step == RebootStepKind.Warn:
                Warned(turn, warned.Names);
                break;
            case RebootFact.Judged judged when turn.State.Step == RebootStepKind.Judge:
                Judged(turn, judged.Verdict, judged.Why);
                break;
            case RebootFact.Done:
                Done(turn);
                break;
            case RebootFact.StepFailed failed:
                Failed(turn, failed.Text);
                break;
            default:
                break;
        }
    }

    private static void Looked(RebootTurn turn, RebootPermission permission)
    {
        bool isFirst = turn.State.Stage == RebootStage.Wanted;
        if (Denial(turn, permission) is { } denial)
        {
            if (turn.State.Want.IsPerson)
                turn.Drop("refused: " + denial, isFailure: true);
            else if (isFirst)
                turn.Again(turn.Settings.LookDelay, denial);
            else
                turn.Return(denial, isFailure: false, isAgain: true);
            return;
        }

        if (isFirst)
            turn.Proceed();
        else
            turn.Go(RebootStage.Leaving, RebootStepKind.MoveLeader);
    }

    // A window says when an outage is accepted, and so does a strategy that asks nobody.
    private static string? Denial(RebootTurn turn, RebootPermission permission)
    {
        if (permission.Breaks.Length == 0 || turn.State.IsOutageAccepted)
            return null;
        if (!permission.IsUnavoidable)
            return permission.Breaks;
        bool isInWindow = turn.Settings.Windows is { } windows
            && (!turn.State.Want.IsPerson || windows.IsOpen(turn.Now.Wall.ToUnixTimeSeconds()));
        return isInWindow || turn.Strategy == RebootStrategy.Reboot
            ? null
            : permission.Breaks + "; nobody has accepted that: give it a window (--reboot-window), or say "
                + "corenode reboot now --accept-outage";
    }

    private static void Warned(RebootTurn turn, string names)
    {
        if (names.Length == 0 || turn.Settings.LoginDelay <= TimeSpan.Zero)
        {
            turn.Go(RebootStage.Stopping, RebootStepKind.Sync);
            return;
        }

        turn.State = turn.State with { WarnedAt = turn.State.WarnedAt ?? turn.Now.Wall };
        turn.Go(RebootStage.Warning, RebootStepKind.Wait);
        turn.Tell(names);
        TimePassed(turn);
    }

    private static void Judged(RebootTurn turn, RebootVerdict verdict, string why)
    {
        if (verdict != RebootVerdict.Healthy)
        {
            turn.Again(turn.Settings.GateInterval, why);
            return;
        }

        if (why.Length > 0)
            turn.State = turn.State with { Note = turn.State.Note.Length > 0 ? $"{turn.State.Note}; {why}" : why };
        turn.Go(RebootStage.Uncordoning, RebootStepKind.Uncordon);
        if (!turn.State.IsCordonAsked)
            turn.GiveBack();
    }

    private static void Done(RebootTurn turn)
    {
        RebootState state = turn.State;
        switch (state.Step)
        {
            case RebootStepKind.TakeLock:
                turn.State = state with { LockSince = turn.Now.Wall };
                turn.Go(RebootStage.Admitted, RebootStepKind.Look);
                break;
            case RebootStepKind.MoveLeader:
                Cordon(turn);
                break;
            case RebootStepKind.Cordon:
                turn.Go(RebootStage.Leaving, RebootStepKind.Drain);
                break;
            case RebootStepKind.Drain:
                turn.Go(RebootStage.Warning, RebootStepKind.Warn);
                break;
            case RebootStepKind.Sync:
                turn.Go(RebootStage.Rebooting, RebootStepKind.Restart);
                break;
            case RebootStepKind.Restart:
                turn.Go(RebootStage.Rebooting, RebootStepKind.Wait);
                break;
            case RebootStepKind.Uncordon:
                turn.State = state with { IsCordonAsked = false };
                turn.GiveBack();
                break;
            case RebootStepKind.Release:
                turn.State = state with { IsLockAsked = false, IsGroupLost = false, LockSince = null };
                turn.GiveBack();
                break;
            default:
                break;
        }
    }

    private static void Cordon(RebootTurn turn)
    {
        turn.State = turn.State with { IsCordonAsked = true, Failures = 0 };
        turn.Go(RebootStage.Leaving, RebootStepKind.Cordon);
    }

    private static void Failed(RebootTurn turn, string text)
    {
        bool asksNobody = turn.Strategy is RebootStrategy.Reboot or RebootStrategy.BestEffort;
        switch (turn.State.Step)
        {
            case RebootStepKind.TakeLock when turn.Strategy == RebootStrategy.BestEffort:
                turn.Go(RebootStage.Admitted, RebootStepKind.Look);
                turn.Tell($"without the lock: {text}");
                break;
            case RebootStepKind.Look when asksNobody && !turn.MayTryAgain():
                // The store says nothing about what would break: that is the effort that is best.
                Looked(turn, RebootPermission.Granted);
                break;
            case RebootStepKind.MoveLeader when !turn.MayTryAgain():
                // An election is what it costs.
                Cordon(turn);
                break;
            case RebootStepKind.Cordon or RebootStepKind.Drain when !turn.MayTryAgain():
                if (asksNobody)
                    turn.Go(RebootStage.Warning, RebootStepKind.Warn);
                else
                    turn.Return($"it cannot be drained: {text}", isFailure: true, isAgain: true);
                break;
            case RebootStepKind.Warn:
                turn.Go(RebootStage.Stopping, RebootStepKind.Sync);
                break;
            case RebootStepKind.Sync:
                turn.Go(RebootStage.Rebooting, RebootStepKind.Restart);
                break;
            case RebootStepKind.Restart:
                NotGone(turn, $"the machine cannot be asked to restart: {text}");
                break;
            default:
                turn.Again(turn.Settings.RetryDelay, text);
                break;
        }
    }

    private static void NotGone(RebootTurn turn, string why)
    {
        if (!turn.IsOpen)
            turn.Return($"{why}, and the window has shut meanwhile", isFailure: true, isAgain: true);
        else if (turn.MayTryAgain())
        {
            turn.Go(RebootStage.Rebooting, RebootStepKind.Restart, turn.Settings.RetryDelay);
            turn.Tell(why);
        }
        else
            turn.Return(why, isFailure: true, isAgain: !turn.State.Want.IsPerson);
    }
}
