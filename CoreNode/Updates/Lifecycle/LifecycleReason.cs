using System.Globalization;

namespace CoreNode.Updates.Lifecycle;

/// <summary>Why this step, why then: one line for people.</summary>
internal static class LifecycleReason
{
    /// <summary>The reason of what a state does next.</summary>
    public static string Of(UpdateState state, UpdateSettings settings) => state.Step switch
    {
        UpdateStepKind.Wait when state.Stage == LifecycleStage.NeedReboot => NeedReboot(state),
        UpdateStepKind.Wait => Idle(state, settings),
        UpdateStepKind.Check => "the server is asked for an update",
        UpdateStepKind.Ping => NeedReboot(state),
        UpdateStepKind.FetchMetadata => Retrying(state, $"what {To(state)} is signed for is fetched and judged"),
        UpdateStepKind.Prepare => $"slot {state.Attempt?.TargetSlot} is cleared for {To(state)}",
        UpdateStepKind.Apply => Retrying(state, $"{To(state)} is fetched and written"),
        UpdateStepKind.Verify => Held(state, $"{To(state)} is read back from the disk and compared"),
        UpdateStepKind.Finalize => $"{To(state)} is made the next to boot",
        UpdateStepKind.SwitchSlot => $"{To(state)} is made the next to boot, because the operator wants it back",
        UpdateStepKind.Unmark => $"{state.RunningVersion} is made the next to boot again",
        UpdateStepKind.Report => "the server is told: " + state.Outcome.Text,
        UpdateStepKind.JudgeHealth => $"{state.RunningVersion} has to prove itself: {state.Gate.Verdict.Why}",
        UpdateStepKind.MarkGood => $"{state.RunningVersion} is marked good: {state.Gate.Verdict.Why}",
        UpdateStepKind.Reboot => $"the machine goes back to the version before: {state.Gate.Verdict.Why}",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state.Step, "no such step"),
    };

    private static string Idle(UpdateState state, UpdateSettings settings)
    {
        string last = state.Outcome.Text;
        if (settings.ServerOffReason.Length > 0)
            return $"{last}; no server is asked: {settings.ServerOffReason}";
        if (settings.PeriodicOffReason.Length > 0)
            return $"{last}; there are no checks by themselves: {settings.PeriodicOffReason}";
        return state.Pin.Length > 0 ? $"{last}; pinned to {state.Pin}" : last;
    }

    private static string NeedReboot(UpdateState state) =>
        $"{To(state)} is installed in slot {state.Attempt?.TargetSlot} and waits for a reboot";

    private static string Retrying(UpdateState state, string what)
    {
        LiveProgress live = state.Live;
        if (live.NotBefore is null)
            return Held(state, what);
        return string.Create(
            CultureInfo.InvariantCulture, $"{state.Outcome.Text}; it goes on where it was (try {live.Retries})");
    }

    private static string Held(UpdateState state, string what) =>
        state.Live.Hold.Length > 0 ? $"{what}; it pauses: {state.Live.Hold}" : what;

    private static string To(UpdateState state) =>
        state.Attempt is { ToVersion.Length: > 0 } attempt ? attempt.ToVersion : "the payload";
}
