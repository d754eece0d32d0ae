namespace CoreNode.Reboots;

/// <summary>What a start of the node makes of a state.</summary>
internal static class StartedFacts
{
    /// <summary>Takes it.</summary>
    public static void Take(RebootTurn turn, RebootFact.Started fact)
    {
        RebootState state = turn.State with { Live = RebootLive.None };
        bool isNewBoot = state.BootId != fact.BootId && state.BootId.Length > 0;
        turn.State = state with { BootId = fact.BootId };
        if (fact.IsStateLost)
            Lost(turn);
        else if (isNewBoot)
            Restarted(turn);
        else
            Goon(turn);
    }

    // What is not held is given back all the same: that changes nothing.
    private static void Lost(RebootTurn turn)
    {
        turn.State = RebootState.Initial with
        {
            BootId = turn.State.BootId,
            IsLockAsked = true,
            IsCordonAsked = true,
            Group = turn.Settings.Group,
            IsGroupLost = true,
            Note = "what was known of reboots could not be read, so lock and cordon were given back",
        };
        turn.Go(RebootStage.Gate, RebootStepKind.Judge);
    }

    private static void Restarted(RebootTurn turn)
    {
        RebootState state = turn.State;
        switch (state.Stage)
        {
            case RebootStage.Idle:
                turn.Go(RebootStage.Idle, RebootStepKind.Wait);
                break;
            case RebootStage.Wanted or RebootStage.WindowWait when state.Want.IsPerson:
                turn.Drop("the machine has restarted by itself", isFailure: false);
                break;
            case RebootStage.Wanted or RebootStage.WindowWait:
                turn.Go(RebootStage.Wanted, RebootStepKind.Look);
                break;
            case RebootStage.Gate:
                turn.Go(RebootStage.Gate, RebootStepKind.Judge);
                break;
            case RebootStage.Uncordoning or RebootStage.Releasing:
                Goon(turn);
                break;
            default:
                if (state.Stage != RebootStage.Rebooting)
                    turn.State = state with { Note = "it restarted by itself before it was asked to" };
                turn.Go(RebootStage.Gate, RebootStepKind.Judge);
                break;
        }
    }

    // The machine is still up: every step can be done again.
    private static void Goon(RebootTurn turn)
    {
        RebootState state = turn.State;
        RebootStepKind step = state.Stage switch
        {
            RebootStage.Idle => RebootStepKind.Wait,
            RebootStage.Wanted or RebootStage.WindowWait or RebootStage.Admitted => RebootStepKind.Look,
            RebootStage.LockWait => RebootStepKind.TakeLock,
            RebootStage.Leaving => RebootStepKind.MoveLeader,
            RebootStage.Warning => RebootStepKind.Warn,
            RebootStage.Stopping => RebootStepKind.Sync,
            RebootStage.Rebooting => RebootStepKind.Restart,
            RebootStage.Gate => RebootStepKind.Judge,
            RebootStage.Uncordoning => RebootStepKind.Uncordon,
            RebootStage.Releasing => RebootStepKind.Release,
            RebootStage.Returning => RebootStepKind.Wait,
            _ => throw new ArgumentOutOfRangeException(nameof(turn), state.Stage, "no such stage"),
        };
        turn.Go(state.Stage == RebootStage.WindowWait ? RebootStage.Wanted : state.Stage, step);
        if (state.Stage is RebootStage.Returning)
            turn.GiveBack();
    }
}
