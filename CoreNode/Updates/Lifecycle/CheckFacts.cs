using System.Globalization;

namespace CoreNode.Updates.Lifecycle;

/// <summary>What follows from a server's answer.</summary>
internal static class CheckFacts
{
    /// <summary>The check or ping was answered.</summary>
    public static void Answered(LifecycleTurn turn, CheckAnswer answer)
    {
        UpdateState state = turn.State;
        CheckTimes times = state.Times.After(turn.Settings, answer.PollInterval, 0, turn.Now, turn.Chance) with
        {
            LastAnswer = turn.Now.Wall,
        };
        if (state.Step == UpdateStepKind.Ping)
        {
            turn.State = state with { Times = times };
            turn.Go(LifecycleStage.NeedReboot, UpdateStepKind.Wait);
            return;
        }

        // The server has heard of the last boot now.
        turn.State = state with { Times = times, PreviousVersion = "", IsRollbackUntold = false };
        if (answer.Offer is not { } offer)
        {
            NothingOffered(turn, answer, times);
        }
        else if (offer.Urls.Count == 0)
        {
            turn.Note(UpdateError.OmahaResponseInvalid, $"the server offers {offer.Version} without an address");
            turn.Rest(times);
        }
        else
        {
            Offered(turn, offer);
        }
    }

    /// <summary>The server got events.</summary>
    public static void EventsSent(LifecycleTurn turn, long upTo)
    {
        List<UpdateEvent> left = [];
        foreach (UpdateEvent told in turn.State.Outbox)
        {
            if (told.Number > upTo)
                left.Add(told);
        }

        if (left.Count < turn.State.Outbox.Count)
            turn.State = turn.State with { Outbox = left };
        if (left.Count == 0 && turn.State.Stage == LifecycleStage.Reporting)
            turn.Rest(turn.State.Times);
    }

    private static void Offered(LifecycleTurn turn, UpdateOffer offer)
    {
        turn.State = turn.State with
        {
            Payload = turn.State.Payload.For(offer),
            Attempt = turn.Attempt with
            {
                Offer = offer,
                TargetSlot = turn.State.Boot?.OtherSlot ?? "",
            },
        };
        UpdateFailure? refusal = ReleaseRules.PassOver(
            turn.State, offer, turn.Attempt.Wish, turn.Settings, turn.Now.Wall);
        if (refusal is null && turn.Attempt.TargetSlot.Length == 0)
            refusal = new UpdateFailure(UpdateError.NoTargetSlot);
        if (refusal is null)
        {
            turn.Go(LifecycleStage.Available, UpdateStepKind.FetchMetadata);
            return;
        }

        CheckTimes times = turn.State.Times;
        turn.End(refusal);
        // Nothing failed: the server's own wish for the next check holds.
        turn.State = turn.State with { Times = times };
    }

    private static void NothingOffered(LifecycleTurn turn, CheckAnswer answer, CheckTimes times)
    {
        string text = answer switch
        {
            { HeldBackReason.Length: > 0, HeldBackUntil: { } until } => string.Create(
                CultureInfo.InvariantCulture,
                $"the server holds an update back until about {until:u}: {answer.HeldBackReason}"),
            { HeldBackReason.Length: > 0 } => "the server holds an update back: " + answer.HeldBackReason,
            _ => "no update: the server has none for this machine",
        };
        turn.Note(UpdateError.Success, text);
        turn.Rest(times);
    }
}
