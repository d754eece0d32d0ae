using CoreNode.Updates.Client.Ports;
using CoreNode.Updates.Desk;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Updates.Client;

/// <summary>The state as it is told. Pure.</summary>
internal static class StatusViews
{
    /// <summary>The status.</summary>
    /// <param name="decision">What was decided last.</param>
    /// <param name="settings">Server and group.</param>
    /// <param name="now">Now.</param>
    public static UpdateStatusView Status(UpdateDecision decision, ServerSettings settings, Moment now)
    {
        UpdateState state = decision.State;
        UpdateAttempt? attempt = state.Attempt;
        bool isUnderWay = state.Stage is not (LifecycleStage.Idle or LifecycleStage.Reporting);
        bool isNewKnown = isUnderWay && state.Stage != LifecycleStage.Judging;
        return new UpdateStatusView
        {
            Stage = StateNames.Stages[(int)state.Stage],
            Status = LifecycleStatus.Name(state),
            Progress = state.Live.Share,
            BytesDone = state.Live.Done,
            BytesTotal = state.Live.Total,
            RunningVersion = state.RunningVersion,
            RunningSlot = state.Boot?.Slot ?? "",
            NewVersion = isNewKnown ? attempt?.ToVersion ?? "" : "",
            NewSlot = isNewKnown ? attempt?.TargetSlot ?? "" : "",
            NewSize = isNewKnown ? attempt?.Offer?.Size ?? 0 : 0,
            LastChecked = state.Times.LastAnswer?.ToUnixTimeSeconds() ?? 0,
            NextStep = StateNames.Steps[(int)state.Step],
            NextAt = NextAt(state, now),
            AgainAt = state.Live.Follow is null ? 0 : Seconds(state.Times.Next, now),
            Reason = decision.Reason,
            Hold = state.Live.Hold,
            Pinned = state.Pin,
            LastFailure = Failure(state.Outcome),
            WentBack = WentBack(state.BadVersions),
            Server = settings.Server,
            Group = settings.Group,
        };
    }

    /// <summary>The history.</summary>
    public static UpdateHistoryView History(UpdateState state)
    {
        List<UpdateHistoryItem> entries = new(state.History.Count);
        foreach (HistoryEntry entry in state.History)
        {
            entries.Add(new UpdateHistoryItem
            {
                At = entry.At.ToUnixTimeSeconds(),
                From = entry.FromVersion,
                To = entry.ToVersion,
                Outcome = entry.Code.ToString(),
                Code = (int)entry.Code,
                Text = entry.Times > 1 ? $"{entry.Text} ({entry.Times} times)" : entry.Text,
            });
        }

        return new UpdateHistoryView(entries);
    }

    private static long NextAt(UpdateState state, Moment now) =>
        Seconds(state.Step == UpdateStepKind.Wait ? state.Times.Next : state.Live.NotBefore, now);

    private static long Seconds(TimeSpan? uptime, Moment now) =>
        uptime is { } at ? (now.Wall + (at - now.Uptime)).ToUnixTimeSeconds() : 0;

    private static WentBackView? WentBack(IReadOnlyList<BadVersion> versions)
    {
        BadVersion? last = null;
        foreach (BadVersion one in versions)
        {
            if (one.IsRefused && (last is null || one.At > last.At))
                last = one;
        }

        return last is null ? null : new WentBackView(last.Version, last.At.ToUnixTimeSeconds(), last.Why);
    }

    private static UpdateFailureView? Failure(UpdateOutcome outcome) => outcome.IsFailure
        ? new UpdateFailureView(
            (int)outcome.Code, outcome.Code.ToString(), outcome.Text, outcome.At?.ToUnixTimeSeconds() ?? 0)
        : null;
}
