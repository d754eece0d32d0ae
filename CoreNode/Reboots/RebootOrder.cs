using CoreNode.Foundation;

namespace CoreNode.Reboots;

/// <summary>
/// The order of a machine's reboot, without I/O, clock and chance: what happened goes in, what is to be done comes out.
/// The caller's duties, in this order: tell <see cref="RebootFact.Started"/> first; after each decision write the state
/// durably if it says so, then stop the step before and begin the new one; tell <see cref="RebootFact.TimePassed"/>
/// when it is due. Whatever moment the caller is killed in, the last state that was written leads on. What holds: the
/// machine is asked to restart only in an open window (or for a person), and what was taken is given back at the end of
/// every way (docs/reboots.md, docs/decisions/0054).
/// </summary>
public static class RebootOrder
{
    /// <summary>What follows from a fact.</summary>
    /// <param name="state">The state so far.</param>
    /// <param name="fact">What happened.</param>
    /// <param name="settings">The rules as they are now.</param>
    /// <param name="now">When.</param>
    /// <param name="chance">64 bits of chance; the same ones give the same decision.</param>
    public static RebootDecision Decide(
        RebootState state, RebootFact fact, RebootSettings settings, RebootMoment now, ulong chance)
    {
        RebootState before = state;
        if (fact is RebootFact.RuleSet set)
            state = state with { Rules = state.Rules.With(set.Rule, set.Value) };
        settings = state.Rules.Over(settings);
        RebootTurn turn = new(state, settings, now, new Prng(chance));
        Take(turn, fact);
        return new RebootDecision(
            turn.State, StepOf(turn.State, settings), Due(turn.State, settings, now),
            RebootReason.Of(turn.State, settings, now))
        {
            Rules = settings,
            Next = RebootReason.Until(turn.State, settings, now),
            IsSaveNeeded = !turn.State.IsSavedAs(before),
            Refusal = turn.Refusal,
        };
    }

    private static void Take(RebootTurn turn, RebootFact fact)
    {
        switch (fact)
        {
            case RebootFact.Started started:
                StartedFacts.Take(turn, started);
                break;
            case RebootFact.Asked or RebootFact.OutageAccepted or RebootFact.Cancelled or RebootFact.StrategySet:
                PeopleFacts.Take(turn, fact);
                break;
            case RebootFact.WantSeen seen:
                Seen(turn, seen.Want);
                if (!TurnsBack(turn))
                    turn.Consider();
                break;
            case RebootFact.RuleSet:
                if (!TurnsBack(turn))
                    PeopleFacts.Take(turn, fact);
                break;
            case RebootFact.TimePassed:
                if (!TurnsBack(turn))
                    StepFacts.TimePassed(turn);
                break;
            default:
                if (NumberOf(fact) == turn.State.Live.StepNumber && !TurnsBack(turn))
                    StepFacts.Take(turn, fact);
                break;
        }
    }

    private static void Seen(RebootTurn turn, RebootWant want)
    {
        RebootState state = turn.State;
        turn.State = state = state with { Live = state.Live with { Seen = want, HasSeen = true } };
        if (state.Dismissed.Length > 0 && state.Dismissed != want.Text)
            turn.State = state = state with { Dismissed = "" };
        bool isUnderWay = state.Stage is not (RebootStage.Idle or RebootStage.Gate or RebootStage.Uncordoning
            or RebootStage.Releasing);
        if (isUnderWay && want.IsThere && !state.Want.IsPerson && want != state.Want)
            turn.State = state with { Want = want };
    }

    // Before a stage from which there is no way back: does everything still say that it may go on?
    private static bool TurnsBack(RebootTurn turn)
    {
        RebootState state = turn.State;
        bool mayTurn = state.Stage is RebootStage.Wanted or RebootStage.WindowWait or RebootStage.LockWait
            or RebootStage.Admitted or RebootStage.Leaving or RebootStage.Warning;
        if (mayTurn && IsOfAnotherGroup(turn))
        {
            turn.Return("the group of the lock is another one now", isFailure: false, isAgain: true);
            return true;
        }

        if (!mayTurn || (state.Want.IsPerson && turn.Settings.Forbidden.Length == 0))
            return false;
        if (turn.Settings.Forbidden.Length > 0)
            turn.Drop(turn.Settings.Forbidden, isFailure: true);
        else if (state.Live.HasSeen && !state.Live.Seen.IsThere)
            turn.Drop("nobody wants it any more", isFailure: false);
        else if (turn.Strategy == RebootStrategy.Off)
            turn.Drop("the strategy is off", isFailure: false);
        else if (!turn.IsOpen && state.Stage is not (RebootStage.Wanted or RebootStage.WindowWait))
            turn.Return(RebootReason.Shut(state.Stage), isFailure: false, isAgain: true);
        else
            return false;
        return true;
    }

    // The lock that was asked for is not the one that counts: it is given back in its group before the other is asked.
    private static bool IsOfAnotherGroup(RebootTurn turn) =>
        turn.State is { IsLockAsked: true, Stage: not (RebootStage.Wanted or RebootStage.WindowWait) }
        && turn.State.Group != turn.Settings.Group;

    private static RebootStep StepOf(RebootState state, RebootSettings settings) =>
        new(state.Step, state.Live.StepNumber)
        {
            NotBefore = state.Live.NotBefore,
            Group = state.Group,
            IsEverywhere = state.IsGroupLost,
            Why = state.Want.Text,
            By = state.By,
            IsLast = state.Stage == RebootStage.Admitted,
            Limit = state.Step switch
            {
                RebootStepKind.Drain => settings.DrainLimit,
                RebootStepKind.Warn => settings.LoginDelay,
                _ => TimeSpan.Zero,
            },
        };

    private static TimeSpan? Due(RebootState state, RebootSettings settings, RebootMoment now)
    {
        DateTimeOffset? at = RebootReason.Until(state, settings, now);
        if (state.Stage == RebootStage.Rebooting)
        {
            return state.Step == RebootStepKind.Wait ? state.Live.StepSince + settings.GoDownLimit : null;
        }

        if (at is not { } wall)
            return null;
        // A wall clock is set now and then: looked at again at least that often.
        TimeSpan left = wall - now.Wall;
        TimeSpan most = TimeSpan.FromMinutes(5);
        return now.Uptime + (left < TimeSpan.Zero ? TimeSpan.Zero : left > most ? most : left);
    }

    private static long NumberOf(RebootFact fact) => fact switch
    {
        RebootFact.Looked f => f.Step,
        RebootFact.Told f => f.Step,
        RebootFact.Done f => f.Step,
        RebootFact.Warned f => f.Step,
        RebootFact.Judged f => f.Step,
        RebootFact.StepFailed f => f.Step,
        _ => -1,
    };
}
