using CoreNode.Updates.Desk;

namespace CoreNode.Systemd.Updates;

/// <summary>What clients of CoreOS's update engine are told of the status. Pure.</summary>
internal sealed record UpdateSignal(
    long LastCheckedTime, double Progress, string CurrentOperation, string NewVersion, long NewSize)
{
    private const double SmallestStep = 0.01;

    private static readonly TimeSpan s_longestSilence = TimeSpan.FromSeconds(10);

    /// <summary>What a status is told as.</summary>
    public static UpdateSignal Of(UpdateStatusView view) => new(
        view.LastChecked,
        view.Progress is >= 0 and <= 1 ? view.Progress : 0,
        view.Status,
        view.NewVersion.Length > 0 ? view.NewVersion : UpdateStatusView.NoVersion,
        view.NewSize);

    /// <summary>
    /// Whether it is told after <paramref name="last"/> (null: nothing yet), as that engine does it: each change, but
    /// progress alone only every percent, every ten seconds and at the end.
    /// </summary>
    public bool IsWorthTelling(UpdateSignal? last, TimeSpan since)
    {
        if (last is null || this with { Progress = last.Progress } != last)
            return true;
        return Progress != last.Progress
            && (Math.Abs(Progress - last.Progress) >= SmallestStep || Progress >= 1 || since >= s_longestSilence);
    }
}
