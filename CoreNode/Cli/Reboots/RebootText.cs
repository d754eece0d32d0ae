using CoreNode.Cli.Updates;
using CoreNode.Reboots.Desk;

namespace CoreNode.Cli.Reboots;

/// <summary>Reboots in words. Pure.</summary>
internal static class RebootText
{
    /// <summary>The status as lines of name and value.</summary>
    public static List<string> Lines(RebootStatusView view, DateTimeOffset now)
    {
        List<string> lines = [];
        Add(lines, "STAGE", view.StageSince > 0 && view.Stage != "idle"
            ? $"{view.Stage} since {UpdateText.Moment(view.StageSince, now)}"
            : view.Stage);
        Add(lines, "REASON", view.Reason);
        Add(lines, "WANTED", Wanted(view, now));
        Add(lines, "NEXT", view.NextAt > 0 ? UpdateText.Moment(view.NextAt, now) : "");
        Add(lines, "LOCK", view.LockSince > 0 ? $"held since {UpdateText.Moment(view.LockSince, now)}" : "");
        Add(lines, "GROUP", view.Group);
        Add(lines, "OUTAGE", view.IsOutageAccepted ? "accepted" : "");
        Add(lines, "STRATEGY", view.Strategy + (view.IsStrategySet ? " (set at run time)" : ""));
        Add(lines, "WINDOWS", view.Windows.Length > 0 ? view.Windows : "none: at any time");
        if (view.Ended.Length > 0)
            Add(lines, view.IsFailed ? "FAILED" : "LAST", $"{UpdateText.Moment(view.EndedAt, now)}: {view.Ended}");
        Add(lines, "NEVER", view.Forbidden);
        return lines;
    }

    private static string Wanted(RebootStatusView view, DateTimeOffset now)
    {
        if (view.Want.Length == 0)
            return "";
        string by = view.WantedBy == "person" ? " (by a person)" : "";
        return view.Since > 0 ? $"{view.Want}{by}, since {UpdateText.Moment(view.Since, now)}" : view.Want + by;
    }

    private static void Add(List<string> lines, string name, string value)
    {
        if (value.Length > 0)
            lines.Add($"{name,-9}{value}");
    }
}
