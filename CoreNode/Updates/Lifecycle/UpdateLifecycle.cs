using CoreNode.Foundation;

namespace CoreNode.Updates.Lifecycle;

/// <summary>
/// The lifecycle of updates on one machine, without I/O, clock and chance: what happened goes in, what is to be done
/// comes out. The client's duties, in this order: tell <see cref="UpdateFact.Started"/> first; after each decision
/// write the state durably if it says so, then stop the step before and begin the new one, or wait; send the outbox
/// beside that; tell <see cref="UpdateFact.TimePassed"/> when it is due. Whatever moment the client is killed in, the
/// last state that was written and what the machine says at the next start lead on. See docs/updates-lifecycle.md.
/// </summary>
public static class UpdateLifecycle
{
    /// <summary>What follows from a fact.</summary>
    /// <param name="state">The state so far.</param>
    /// <param name="fact">What happened.</param>
    /// <param name="settings">The numbers.</param>
    /// <param name="now">When.</param>
    /// <param name="chance">64 bits of chance; the same ones give the same decision.</param>
    public static UpdateDecision Decide(
        UpdateState state, UpdateFact fact, UpdateSettings settings, Moment now, ulong chance)
    {
        UpdateState mended = state with { Payload = state.Payload.Mended(settings, now.Wall) };
        LifecycleTurn turn = new(mended, settings, now, new Prng(chance));
        Take(turn, fact);
        bool isToBeTold = turn.State.Stage != state.Stage || IsProgressToBeTold(turn.State, settings, now);
        if (isToBeTold)
        {
            int percent = turn.State.Live.Done == 0 ? -1 : Percent(turn.State);
            turn.State = turn.State with
            {
                Live = turn.State.Live with { ToldAt = now.Uptime, ToldPercent = percent },
            };
        }

        return new UpdateDecision(
            turn.State, LifecycleSteps.Of(turn.State, settings), LifecycleSteps.Due(turn.State, settings),
            LifecycleReason.Of(turn.State, settings))
        {
            IsSaveNeeded = !turn.State.IsSavedAs(state),
            IsStatusChanged = isToBeTold,
            Refusal = turn.Refusal,
        };
    }

    private static void Take(LifecycleTurn turn, UpdateFact fact)
    {
        switch (fact)
        {
            case UpdateFact.Started started:
                StartFacts.Started(turn, started.Boot);
                break;
            case UpdateFact.TimePassed:
                TimeFacts.Passed(turn);
                break;
            case UpdateFact.Held held:
                TimeFacts.Held(turn, held.Reason);
                break;
            case UpdateFact.EventsSent sent:
                CheckFacts.EventsSent(turn, sent.UpTo);
                break;
            case UpdateFact.CheckAsked or UpdateFact.ApplyAsked or UpdateFact.CancelAsked or UpdateFact.ResetAsked
                or UpdateFact.PinAsked or UpdateFact.RollbackAsked:
                OperatorFacts.Take(turn, fact);
                break;
            default:
                TakeOfStep(turn, fact);
                break;
        }
    }

    private static void TakeOfStep(LifecycleTurn turn, UpdateFact fact)
    {
        if (NumberOf(fact) != turn.State.StepNumber)
            return;
        UpdateStepKind step = turn.State.Step;
        switch (fact)
        {
            case UpdateFact.CheckAnswered answered when step is UpdateStepKind.Check or UpdateStepKind.Ping:
                CheckFacts.Answered(turn, answered.Answer);
                break;
            case UpdateFact.MetadataRead read when step == UpdateStepKind.FetchMetadata:
                WriteFacts.MetadataRead(turn, read.Release);
                break;
            case UpdateFact.Prepared prepared when step == UpdateStepKind.Prepare:
                WriteFacts.Prepared(turn, prepared.Health);
                break;
            case UpdateFact.Progressed progress when step is UpdateStepKind.FetchMetadata or UpdateStepKind.Apply:
                WriteFacts.Progressed(turn, progress.Done, progress.Total);
                break;
            case UpdateFact.Applied when step == UpdateStepKind.Apply:
                WriteFacts.Applied(turn);
                break;
            case UpdateFact.Verified when step == UpdateStepKind.Verify:
                turn.Go(LifecycleStage.Finalizing, UpdateStepKind.Finalize);
                break;
            case UpdateFact.Finalized
                when step is UpdateStepKind.Finalize or UpdateStepKind.SwitchSlot or UpdateStepKind.Unmark:
                WriteFacts.Finalized(turn, step);
                break;
            case UpdateFact.HealthSeen seen when step == UpdateStepKind.JudgeHealth:
                GateFacts.Seen(turn, seen.Report);
                break;
            case UpdateFact.MarkedGood when step == UpdateStepKind.MarkGood:
                GateFacts.MarkedGood(turn);
                break;
            case UpdateFact.StepFailed failed when step != UpdateStepKind.Wait:
                FailureFacts.Failed(turn, failed.Failure);
                break;
            default:
                // A fact that does not belong to the step that has its number is a fault of the client's.
                Invariant.That(fact is UpdateFact.StepFailed, "a fact belongs to its step");
                break;
        }
    }

    private static long NumberOf(UpdateFact fact) => fact switch
    {
        UpdateFact.CheckAnswered f => f.Step,
        UpdateFact.MetadataRead f => f.Step,
        UpdateFact.Prepared f => f.Step,
        UpdateFact.Progressed f => f.Step,
        UpdateFact.Applied f => f.Step,
        UpdateFact.Verified f => f.Step,
        UpdateFact.Finalized f => f.Step,
        UpdateFact.HealthSeen f => f.Step,
        UpdateFact.MarkedGood f => f.Step,
        UpdateFact.StepFailed f => f.Step,
        _ => -1,
    };

    private static int Percent(UpdateState state) => (int)(state.Live.Share * 100);

    // Every percent or ten seconds, and at the end: what watches need not ask.
    private static bool IsProgressToBeTold(UpdateState state, UpdateSettings settings, Moment now) =>
        state is { Stage: LifecycleStage.Downloading, Live.Done: > 0 }
        && (Percent(state) != state.Live.ToldPercent || now.Uptime - state.Live.ToldAt >= settings.SignalInterval);
}
