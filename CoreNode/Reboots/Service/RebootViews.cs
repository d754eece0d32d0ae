using CoreNode.Reboots.Desk;

namespace CoreNode.Reboots.Service;

/// <summary>The state as it is told. Pure.</summary>
internal static class RebootViews
{
    /// <summary>The status.</summary>
    public static RebootStatusView Of(RebootDecision decision)
    {
        RebootSettings settings = decision.Rules;
        RebootState state = decision.State;
        RebootWant want = state.Want.IsThere ? state.Want : state.Live.Seen;
        return new RebootStatusView
        {
            Stage = RebootNames.Stages[(int)state.Stage],
            StageSince = Seconds(state.StageSince),
            Reason = decision.Reason,
            NextAt = decision.Next is { } next ? next.ToUnixTimeSeconds() : 0,
            Want = want.Text,
            WantedBy = RebootNames.Wants[(int)want.Kind],
            Since = Seconds(state.Since),
            Strategy = RebootStrategies.Word(state.StrategyOf(settings)),
            IsStrategySet = state.Strategy is not null,
            StrategyFrom = state.Strategy is null ? settings.StrategyFrom : OrderedRules.From,
            Windows = settings.WindowsText,
            WindowsFrom = settings.WindowsFrom,
            Fuzz = settings.SpreadText,
            FuzzFrom = settings.FuzzFrom,
            Group = state.IsLockAsked ? state.Group : settings.Group,
            GroupFrom = settings.GroupFrom,
            LockSince = Seconds(state.LockSince),
            By = state.By,
            IsOutageAccepted = state.IsOutageAccepted,
            Ended = state.Outcome.Text,
            EndedAt = Seconds(state.Outcome.At),
            IsFailed = state.Outcome.IsFailure,
            Forbidden = settings.Forbidden,
        };
    }

    private static long Seconds(DateTimeOffset? moment) => moment?.ToUnixTimeSeconds() ?? 0;
}
