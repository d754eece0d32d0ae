using CoreNode.Foundation;

namespace CoreNode.Reboots;

/// <summary>One turn: the state on its way from one fact to what follows from it.</summary>
internal sealed class RebootTurn(RebootState state, RebootSettings settings, RebootMoment now, Prng chance)
{
    /// <summary>The state so far.</summary>
    public RebootState State { get; set; } = state;

    /// <summary>The rules.</summary>
    public RebootSettings Settings { get; } = settings;

    /// <summary>Now.</summary>
    public RebootMoment Now { get; } = now;

    /// <summary>Why what a person asked for is not done; empty: it is.</summary>
    public string Refusal { get; set; } = "";

    /// <summary>The strategy that counts.</summary>
    public RebootStrategy Strategy => State.StrategyOf(Settings);

    /// <summary>Whether this machine may restart at this time; a person's wish asks no window.</summary>
    public bool IsOpen =>
        State.Want.IsPerson || Settings.Windows is not { } windows || windows.IsOpen(Now.Wall.ToUnixTimeSeconds());

    /// <summary>Goes to a stage, along an arrow, and begins a step there.</summary>
    public void Go(RebootStage stage, RebootStepKind step, TimeSpan? delay = null)
    {
        bool isNew = stage != State.Stage;
        Invariant.That(!isNew || RebootArrows.Has(State.Stage, stage), "a reboot follows the arrows of its diagram");
        State = State with
        {
            Stage = stage,
            Step = step,
            StageSince = isNew ? Now.Wall : State.StageSince,
            Failures = isNew ? 0 : State.Failures,
            Live = State.Live with
            {
                StepNumber = State.Live.StepNumber + 1,
                StepSince = Now.Uptime,
                NotBefore = delay is { } wait ? Now.Uptime + wait : null,
                Told = isNew || delay is null ? "" : State.Live.Told,
            },
        };
    }

    /// <summary>Shows what a step waits for.</summary>
    public void Tell(string text) => State = State with { Live = State.Live with { Told = text } };

    /// <summary>The same step again, some time later.</summary>
    public void Again(TimeSpan delay, string why)
    {
        Go(State.Stage, State.Step, delay);
        Tell(why);
    }

    /// <summary>Counts a failure; true while the step is to be tried again.</summary>
    public bool MayTryAgain()
    {
        State = State with { Failures = State.Failures + 1 };
        return State.Failures < Settings.Tries;
    }

    /// <summary>Begins a wish.</summary>
    public void Want(RebootWant want, bool isOutageAccepted, string by = "")
    {
        State = State with
        {
            Want = want,
            Since = Now.Wall,
            IsOutageAccepted = isOutageAccepted,
            By = by,
            FuzzUntil = null,
            WarnedAt = null,
            Note = "",
        };
        Go(RebootStage.Wanted, RebootStepKind.Look);
    }

    /// <summary>Takes up what others want, if it is to be done by itself.</summary>
    public void Consider()
    {
        if (State.Stage == RebootStage.Idle && WhyNot() is null)
            Want(State.Live.Seen, isOutageAccepted: false);
    }

    /// <summary>Why what others want is not done by itself; null: it is, or nobody wants anything.</summary>
    public string? WhyNot() => RebootReason.WhyNot(State, Settings, Now);

    /// <summary>Goes on once the cluster can do without this machine.</summary>
    public void Proceed()
    {
        if (!IsOpen)
        {
            State = State with { FuzzUntil = null };
            Go(RebootStage.WindowWait, RebootStepKind.Wait);
            return;
        }

        if (State.FuzzUntil is null && !State.Want.IsPerson)
        {
            double part = chance.NextDouble();
            State = State with { FuzzUntil = Now.Wall + (Settings.Spread * part) };
        }

        if (State.FuzzUntil > Now.Wall && !State.Want.IsPerson)
        {
            // Another part of the window is drawn only in another window.
            if (State.Stage != RebootStage.WindowWait)
                Go(RebootStage.WindowWait, RebootStepKind.Wait);
            return;
        }

        if (Strategy == RebootStrategy.Reboot)
        {
            Go(RebootStage.Admitted, RebootStepKind.Look);
            return;
        }

        State = State with { IsLockAsked = true, Group = Settings.Group, LockSince = null };
        Go(RebootStage.LockWait, RebootStepKind.TakeLock);
    }

    /// <summary>Gives up what is under way: back to rest, over giving back what was taken.</summary>
    /// <param name="why">Why; shown.</param>
    /// <param name="isFailure">True if it should not have been.</param>
    public void Drop(string why, bool isFailure)
    {
        if (State.Stage is RebootStage.Wanted or RebootStage.WindowWait)
            Rest(new RebootOutcome(Now.Wall, isFailure, why));
        else
            Return(why, isFailure, isAgain: false);
    }

    /// <summary>Gives back what was taken, then rests or begins anew.</summary>
    public void Return(string why, bool isFailure, bool isAgain)
    {
        State = State with
        {
            IsAgain = isAgain,
            Note = why,
            Outcome = isFailure ? new RebootOutcome(Now.Wall, true, why) : State.Outcome,
        };
        if (State.Stage != RebootStage.Returning)
            Go(RebootStage.Returning, RebootStepKind.Wait);
        GiveBack();
    }

    /// <summary>The next thing to give back, of those stages that do; what follows when there is none.</summary>
    public void GiveBack()
    {
        bool isReturning = State.Stage == RebootStage.Returning;
        if (State.IsCordonAsked)
            Go(State.Stage, RebootStepKind.Uncordon);
        else if (!isReturning && State.Stage == RebootStage.Uncordoning)
        {
            Go(RebootStage.Releasing, RebootStepKind.Release);
            if (!State.IsLockAsked)
                Finish();
        }
        else if (State.IsLockAsked)
            Go(State.Stage, RebootStepKind.Release);
        else if (isReturning)
            Returned();
        else
            Finish();
    }

    private void Returned()
    {
        if (State.IsAgain && State.Want.IsThere)
        {
            string why = State.Note;
            State = State with { FuzzUntil = null, WarnedAt = null, LockSince = null, Note = "" };
            // Members that gave way to each other must not meet again.
            TimeSpan pause = Settings.BackOff * (0.5 + (chance.NextDouble() / 2));
            Go(RebootStage.Wanted, RebootStepKind.Look, IsOpen && !State.Want.IsPerson ? pause : null);
            Tell(why);
            return;
        }

        Rest(State.Outcome.IsFailure && State.Outcome.Text == State.Note
            ? State.Outcome
            : new RebootOutcome(Now.Wall, false, State.Note));
    }

    private void Finish()
    {
        string what = "the machine has restarted" + (State.Want.IsThere ? $": {State.Want.Text}" : "");
        State = State with { Served = State.Want.IsPerson ? State.Served : State.Want.Text, ServedAt = Now.Wall };
        Rest(new RebootOutcome(Now.Wall, false, State.Note.Length > 0 ? $"{what}; {State.Note}" : what));
    }

    private void Rest(RebootOutcome outcome)
    {
        State = State with
        {
            Want = RebootWant.None,
            Since = null,
            IsOutageAccepted = false,
            By = "",
            LockSince = null,
            FuzzUntil = null,
            WarnedAt = null,
            IsAgain = false,
            Note = "",
            Outcome = outcome,
        };
        Go(RebootStage.Idle, RebootStepKind.Wait);
        Consider();
    }
}
