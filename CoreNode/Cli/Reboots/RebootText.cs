using CoreNode.Cli.Updates;
using CoreNode.Reboots.Desk;

namespace CoreNode.Cli.Reboots;

/// <summary>Reboots in words. Pure.</summary>
internal static class RebootText
{
    private const string Order = "order";

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
        Add(lines, "GROUP", Ruled(view.Group, view.GroupFrom));
        Add(lines, "BY", view.By);
        Add(lines, "OUTAGE", view.IsOutageAccepted ? "accepted" : "");
        Add(lines, "STRATEGY", view.Strategy + From(view.IsStrategySet ? Order : view.StrategyFrom));
        Add(
            lines, "WINDOWS",
            (view.Windows.Length > 0 ? view.Windows : "none: at any time") + From(view.WindowsFrom));
        Add(lines, "FUZZ", Ruled(view.Fuzz, view.FuzzFrom));
        if (view.Ended.Length > 0)
            Add(lines, view.IsFailed ? "FAILED" : "LAST", $"{UpdateText.Moment(view.EndedAt, now)}: {view.Ended}");
        Add(lines, "NEVER", view.Forbidden);
        return lines;
    }

    // What nobody has said anything about is not worth a line.
    private static string Ruled(string value, string from) =>
        value.Length > 0 || from == Order ? (value.Length > 0 ? value : "none") + From(from) : "";

    private static string From(string from) => from switch
    {
        "" => "",
        Order => " (set at run time)",
        _ => $" ({from})",
    };

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
