using System.Globalization;
using CoreNode.Updates.Desk;

namespace CoreNode.Cli.Updates;

/// <summary>Updates in words. Pure.</summary>
internal static class UpdateText
{
    /// <summary>The status as lines of name and value.</summary>
    public static List<string> Lines(UpdateStatusView view, DateTimeOffset now)
    {
        List<string> lines = [];
        Add(lines, "STAGE", view.Stage);
        if (view.BytesTotal > 0 && view.Stage is "downloading" or "verifying")
            Add(lines, "PROGRESS", ProgressLine.Line("", view.BytesDone, view.BytesTotal, default).TrimStart());
        Add(lines, "RUNS", In(view.RunningVersion, view.RunningSlot));
        Add(lines, "NEW", New(view));
        Add(lines, "FROM", view.Source);
        Add(lines, "REASON", view.Reason);
        Add(lines, "NEXT", Next(view, now));
        Add(lines, "PAUSED", view.Hold);
        if (view.LastFailure is { } failure)
            Add(lines, "FAILED", $"{Moment(failure.At, now)}: {Failure(failure)}");
        Add(lines, "PINNED", view.Pinned);
        Add(lines, "CHECKED", view.LastChecked > 0 ? Moment(view.LastChecked, now) : "never");
        Add(lines, "SERVER", view.Server.Length > 0 ? $"{view.Server}, group {view.Group}" : "none");
        return lines;
    }

    /// <summary>"the transfer broke (9 DownloadTransfer)".</summary>
    public static string Failure(UpdateFailureView failure) => Coded(failure.Text, failure.Code, failure.Name);

    /// <summary>How an attempt ended.</summary>
    public static string Outcome(UpdateHistoryItem item) =>
        item.Code == 0 ? item.Text : Coded(item.Text, item.Code, item.Outcome);

    /// <summary>What is done next, and when.</summary>
    public static string Next(UpdateStatusView view, DateTimeOffset now)
    {
        bool isResting = view.NextStep is "wait" or "";
        string step = isResting ? "check" : view.NextStep;
        if (view.NextStep == "report")
            return "telling the server";
        if (isResting && view.Stage == "need-reboot")
            return "the reboot: `corenode reboot status` says when";
        if (view.AgainAt > 0)
            return Again(view, now);
        if (view.NextAt > 0)
            return $"{step} at {Moment(view.NextAt, now)}";
        return isResting ? "nothing by itself" : $"{step} now";
    }

    /// <summary>When the next address of an update that failed is tried.</summary>
    public static string Again(UpdateStatusView view, DateTimeOffset now) =>
        $"the next address at {Moment(view.AgainAt, now)}";

    /// <summary>"2026-11-21 15:04:00 (3 min ago)", in this machine's time zone.</summary>
    public static string Moment(long unixSeconds, DateTimeOffset now)
    {
        DateTimeOffset moment = DateTimeOffset.FromUnixTimeSeconds(
            Math.Clamp(unixSeconds, 0, DateTimeOffset.MaxValue.ToUnixTimeSeconds()));
        string text = moment.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        TimeSpan away = moment - now;
        return away > TimeSpan.Zero ? $"{text} (in {Length(away)})" : $"{text} ({Length(-away)} ago)";
    }

    /// <summary>"45 s", "12 min", "3 h", "2 d".</summary>
    public static string Length(TimeSpan time) => time switch
    {
        { TotalSeconds: < 100 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(time.TotalSeconds)} s"),
        { TotalMinutes: < 100 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:f0} min"),
        { TotalHours: < 48 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:f0} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:f0} d"),
    };

    private static string New(UpdateStatusView view)
    {
        string text = In(view.NewVersion, view.NewSlot);
        return text.Length > 0 && view.NewSize > 0
            ? text + string.Create(CultureInfo.InvariantCulture, $", {view.NewSize / 1e6:f1} MB")
            : text;
    }

    private static string In(string version, string slot) => (version.Length, slot.Length) switch
    {
        (0, 0) => "",
        (0, _) => $"an unknown version in {slot}",
        (_, 0) => version,
        _ => $"{version} in {slot}",
    };

    private static string Coded(string text, int code, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"{text} ({code} {name})");

    private static void Add(List<string> lines, string name, string value)
    {
        if (value.Length > 0)
            lines.Add($"{name,-9}{value}");
    }
}
