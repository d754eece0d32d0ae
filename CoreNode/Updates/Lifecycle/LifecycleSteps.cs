namespace CoreNode.Updates.Lifecycle;

/// <summary>The step that a state stands for, and until when it may last.</summary>
internal static class LifecycleSteps
{
    /// <summary>The step.</summary>
    public static UpdateStep Of(UpdateState state, UpdateSettings settings)
    {
        UpdateAttempt? attempt = state.Attempt;
        bool isHeavy = state.Step is UpdateStepKind.Apply or UpdateStepKind.Verify;
        bool isFetching = state.Step is UpdateStepKind.FetchMetadata or UpdateStepKind.Apply;
        return new UpdateStep
        {
            Kind = state.Step,
            Number = state.StepNumber,
            NotBefore = state.Live.NotBefore,
            Request = state.Step == UpdateStepKind.Check ? Request(state, settings) : null,
            Offer = attempt?.Offer,
            Release = attempt?.Release,
            Url = isFetching && attempt?.Offer is { } offer ? state.Payload.Url(offer) : "",
            Slot = Slot(state),
            IsResumed = state.Step == UpdateStepKind.Apply && (attempt!.IsResumed || state.Live.Retries > 0),
            IsPaused = isHeavy && state.Live.Hold.Length > 0,
        };
    }

    /// <summary>When time alone leads on, by the uptime; null: never.</summary>
    public static TimeSpan? Due(UpdateState state, UpdateSettings settings)
    {
        LiveProgress live = state.Live;
        TimeSpan begun = live.NotBefore is { } notBefore && notBefore > live.StepSince ? notBefore : live.StepSince;
        switch (state.Step)
        {
            case UpdateStepKind.Wait:
                return state.Times.Next;
            case UpdateStepKind.FetchMetadata or UpdateStepKind.Apply or UpdateStepKind.Verify
                when live.Hold.Length > 0:
                return null;
            case UpdateStepKind.FetchMetadata or UpdateStepKind.Apply:
                return (live.MovedAt > begun ? live.MovedAt : begun) + settings.StallLimit;
            case UpdateStepKind.Check or UpdateStepKind.Ping or UpdateStepKind.Report or UpdateStepKind.Reboot:
                return begun + settings.ExchangeLimit;
            case UpdateStepKind.JudgeHealth when state.Gate.Verdict.Kind == HealthVerdictKind.Unclear:
                return null;
            case UpdateStepKind.JudgeHealth:
                TimeSpan over = state.Gate.Since + settings.GateDeadline;
                return (over > begun ? over : begun) + settings.ExchangeLimit;
            default:
                return (live.MovedAt > begun ? live.MovedAt : begun) + settings.DiskLimit;
        }
    }

    private static CheckRequest Request(UpdateState state, UpdateSettings settings)
    {
        // 3:0 with code 44 if the machine went back, else 3:2 with the version before, empty once told.
        UpdateEvent last = state.IsRollbackUntold
            ? new UpdateEvent
            {
                Type = UpdateEvent.Complete,
                Result = UpdateEvent.ResultError,
                Code = UpdateError.Rollback,
            }
            : new UpdateEvent
            {
                Type = UpdateEvent.Complete,
                Result = UpdateEvent.ResultRebooted,
                PreviousVersion = state.PreviousVersion,
            };
        bool isDeltaWanted = state.Payload.DeltaFailures < settings.MaxDeltaFailures;
        return new CheckRequest(state.Attempt?.Wish.IsInteractive ?? false, isDeltaWanted, last);
    }

    private static string Slot(UpdateState state) => state.Step switch
    {
        UpdateStepKind.Prepare or UpdateStepKind.Apply or UpdateStepKind.Verify or UpdateStepKind.Finalize
            or UpdateStepKind.SwitchSlot => state.Attempt?.TargetSlot ?? "",
        UpdateStepKind.Unmark or UpdateStepKind.MarkGood or UpdateStepKind.JudgeHealth => state.Boot?.Slot ?? "",
        UpdateStepKind.Reboot => state.Boot?.OtherSlot ?? "",
        _ => "",
    };
}
