namespace CoreNode.Reboots;

/// <summary>What people order.</summary>
internal static class PeopleFacts
{
    private const string Proving = "the machine has just restarted and has to prove healthy first";

    /// <summary>Takes an order.</summary>
    public static void Take(RebootTurn turn, RebootFact fact)
    {
        switch (fact)
        {
            case RebootFact.Asked asked:
                Asked(turn, asked);
                break;
            case RebootFact.OutageAccepted:
                Accepted(turn);
                break;
            case RebootFact.Cancelled:
                Cancelled(turn);
                break;
            case RebootFact.StrategySet set:
                turn.State = turn.State with { Strategy = set.Strategy };
                Chosen(turn);
                break;
            case RebootFact.RuleSet:
                Ruled(turn);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(fact), fact, "no order");
        }
    }

    private static void Asked(RebootTurn turn, RebootFact.Asked asked)
    {
        string text = asked.Reason.Length > 0 ? asked.Reason : "a person asked for it";
        RebootWant want = new(RebootWantKind.Person, text);
        bool isAccepted = asked.IsOutageAccepted || turn.State.IsOutageAccepted;
        string by = asked.By.Length > 0 ? asked.By : turn.State.By;
        if (turn.Settings.Forbidden.Length > 0)
        {
            turn.Refusal = turn.Settings.Forbidden;
            return;
        }

        switch (turn.State.Stage)
        {
            case RebootStage.Idle or RebootStage.Wanted or RebootStage.WindowWait:
                turn.Want(want, isAccepted, by);
                break;
            case RebootStage.Gate or RebootStage.Uncordoning or RebootStage.Releasing:
                turn.Refusal = Proving;
                break;
            case RebootStage.Returning:
                turn.State = turn.State with { Want = want, IsOutageAccepted = isAccepted, By = by, IsAgain = true };
                break;
            default:
                // It is under way: from now on it asks no window.
                turn.State = turn.State with { Want = want, IsOutageAccepted = isAccepted, By = by };
                break;
        }
    }

    private static void Accepted(RebootTurn turn)
    {
        if (!turn.State.Want.IsThere)
        {
            turn.Refusal = "no reboot is wanted: nothing is to be accepted";
            return;
        }

        turn.State = turn.State with { IsOutageAccepted = true };
        if (turn.State.Stage == RebootStage.Wanted)
            turn.Go(RebootStage.Wanted, RebootStepKind.Look);
    }

    private static void Cancelled(RebootTurn turn)
    {
        RebootState state = turn.State;
        switch (state.Stage)
        {
            case RebootStage.Stopping or RebootStage.Rebooting:
                turn.Refusal = "the machine is going down already";
                return;
            case RebootStage.Gate or RebootStage.Uncordoning or RebootStage.Releasing:
                turn.Refusal = Proving;
                return;
            case RebootStage.Idle when !state.Live.Seen.IsThere:
                turn.Refusal = "no reboot is wanted: nothing is to be cancelled";
                return;
            default:
                break;
        }

        turn.State = state with { Dismissed = state.Live.Seen.Text };
        if (state.Stage == RebootStage.Returning)
            turn.State = turn.State with { IsAgain = false, Note = "cancelled by a person" };
        else if (state.Stage != RebootStage.Idle)
            turn.Drop("cancelled by a person", isFailure: false);
    }

    private static void Chosen(RebootTurn turn)
    {
        RebootState state = turn.State;
        switch (state.Stage)
        {
            case RebootStage.Idle:
                turn.Consider();
                break;
            case RebootStage.Wanted or RebootStage.WindowWait or RebootStage.LockWait
                when turn.Strategy == RebootStrategy.Off && !state.Want.IsPerson:
            case RebootStage.Admitted or RebootStage.Leaving or RebootStage.Warning
                when turn.Strategy == RebootStrategy.Off && !state.Want.IsPerson:
                turn.Drop("the strategy is off", isFailure: false);
                break;
            case RebootStage.Wanted:
                turn.Go(RebootStage.Wanted, RebootStepKind.Look);
                break;
            case RebootStage.LockWait when turn.Strategy == RebootStrategy.Reboot:
                turn.Return("the strategy takes no lock any more", isFailure: false, isAgain: true);
                break;
            case RebootStage.Admitted or RebootStage.Leaving or RebootStage.Warning
                when turn.Strategy != RebootStrategy.Reboot && !state.IsLockAsked:
                turn.Return("the strategy takes the lock now", isFailure: false, isAgain: true);
                break;
            default:
                break;
        }
    }

    // What turns back by it has done so already.
    private static void Ruled(RebootTurn turn)
    {
        switch (turn.State.Stage)
        {
            case RebootStage.Idle:
                turn.Consider();
                break;
            case RebootStage.Wanted:
                turn.Go(RebootStage.Wanted, RebootStepKind.Look);
                break;
            case RebootStage.WindowWait:
                turn.State = turn.State with { FuzzUntil = null };
                if (turn.IsOpen)
                    turn.Proceed();
                break;
            default:
                break;
        }
    }
}
