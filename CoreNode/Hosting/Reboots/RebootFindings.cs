using System.Globalization;
using CoreNode.Hosting.Reboots.Doctor;
using CoreNode.RebootLock;
using CoreNode.Reboots;
using CoreNode.Reboots.Desk;
using CoreNode.Units.Drains;
using CoreNode.Units.Registry;
using CoreNode.Updates.Desk;
using CoreNode.Windows;

namespace CoreNode.Hosting.Reboots;

/// <summary>Judges what keeps machines from restarting for their updates, and says what to do. Pure.</summary>
internal static class RebootFindings
{
    private const string Reboots = "reboots";
    private const string Lock = "reboot lock";

    /// <summary>So long a machine may be away with the lock: it restarts.</summary>
    public static readonly TimeSpan Restarting = TimeSpan.FromMinutes(15);

    // A reboot takes minutes.
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);

    /// <summary>How reboots of this machine stand.</summary>
    /// <param name="view">The status.</param>
    /// <param name="problem">What is wrong with the settings; empty: nothing.</param>
    public static List<UpdateFinding> OfStatus(RebootStatusView view, string problem)
    {
        List<UpdateFinding> findings = [];
        if (problem.Length > 0)
        {
            findings.Add(UpdateFinding.Problem(
                "reboot windows", problem, "mend update.conf, or say --reboot-window \"Thu 23:00 1h\""));
        }
        else
        {
            findings.Add(UpdateFinding.Ok(
                "reboot windows",
                view.Windows.Length > 0 ? view.Windows : "none: this machine may restart at any time"));
        }

        if (view.Forbidden.Length > 0)
            findings.Add(UpdateFinding.Ok(Reboots, view.Forbidden));
        else if (view.Strategy == "off")
        {
            findings.Add(UpdateFinding.Warning(
                Reboots, "the strategy is off: an update waits until a person restarts the machine",
                "corenode reboot strategy default, or corenode reboot now"));
        }
        else if (view.Stage == "gate")
        {
            findings.Add(UpdateFinding.Problem(
                Reboots, view.Reason, "mend that; until then this machine holds the lock, and no other restarts"));
        }
        else if (view.IsFailed)
            findings.Add(UpdateFinding.Warning(Reboots, view.Ended, "corenode reboot status"));
        else
            findings.Add(UpdateFinding.Ok(Reboots, $"{view.Strategy}; {view.Stage}: {view.Reason}"));
        return findings;
    }

    /// <summary>What would break for the store.</summary>
    public static UpdateFinding OfQuorum(RebootPermission permission, RebootStatusView view)
    {
        const string what = "quorum without this machine";
        if (permission.Breaks.Length == 0)
            return UpdateFinding.Ok(what, "the store does without this machine");
        if (!permission.IsUnavoidable)
            return UpdateFinding.Problem(what, permission.Breaks, "corenode cluster health; corenode member list");
        return view.Windows.Length > 0 || view.Strategy == "reboot" || view.IsOutageAccepted
            ? UpdateFinding.Ok(what, permission.Breaks + "; that is accepted")
            : UpdateFinding.Warning(
                what, permission.Breaks + ", and nobody has accepted that",
                "--reboot-window \"Thu 23:00 1h\", or corenode reboot now --accept-outage");
    }

    /// <summary>Singletons that have no other place: the machine does not restart before they have.</summary>
    public static List<UpdateFinding> OfSingletons(IReadOnlyList<StayingUnit> units)
    {
        List<UpdateFinding> findings = [];
        foreach (StayingUnit one in units)
        {
            findings.Add(UpdateFinding.Problem(
                "singleton", $"{one.Unit} would run nowhere without this machine: {one.Reason}",
                $"give it another place, or corenode unit stop {one.Unit}, or corenode reboot now --accept-outage"));
        }

        return findings;
    }

    /// <summary>That no window opens within a day; null: one does, or none counts.</summary>
    public static UpdateFinding? OfNextWindow(RebootStatusView view, DateTimeOffset now)
    {
        int end = view.Windows.LastIndexOf(" (", StringComparison.Ordinal);
        if (end < 0 || view.Forbidden.Length > 0 || view.Strategy == "off"
            || !TimeZoneInfo.TryFindSystemTimeZoneById(view.Windows[(end + 2)..^1], out TimeZoneInfo? zone))
            return null;
        List<MaintenanceWindow> windows = [];
        foreach (string text in view.Windows[..end].Split("; "))
        {
            if (WindowText.Parse(text) is not { } window)
                return null;
            windows.Add(window);
        }

        DateTimeOffset next = DateTimeOffset.FromUnixTimeSeconds(
            new WindowCalendar(windows, zone).OpenFrom(now.ToUnixTimeSeconds()));
        DateTimeOffset local = TimeZoneInfo.ConvertTime(next, zone);
        return next - now <= TimeSpan.FromDays(1)
            ? null
            : UpdateFinding.Warning(
                "next window",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"none opens within 24 hours: the next one on {local:ddd yyyy-MM-dd HH:mm} ({zone.Id})"),
                "corenode reboot now, or more windows: --reboot-window \"daily 02:00 1h\"");
    }

    /// <summary>A restart that has been wanted for more than a day; null: none.</summary>
    public static UpdateFinding? OfWait(RebootStatusView view, DateTimeOffset now) =>
        view.Stage is "wanted" or "window-wait" or "lock-wait" && view.Since > 0
            && now - DateTimeOffset.FromUnixTimeSeconds(view.Since) is var waited && waited > TimeSpan.FromDays(1)
            ? UpdateFinding.Warning(
                "wanted reboot",
                string.Create(
                    CultureInfo.InvariantCulture, $"{view.Want}, for {waited.TotalDays:0} days: {view.Reason}"),
                "corenode reboot now")
            : null;

    /// <summary>The lock and who holds it.</summary>
    /// <param name="status">The lock.</param>
    /// <param name="now">The time.</param>
    /// <param name="group">Its group.</param>
    /// <param name="placeOf">Where a holder's machine is; null: nobody knows.</param>
    public static List<UpdateFinding> OfLock(
        LockStatus status, DateTimeOffset now, string group = "", Func<LockHolder, HolderPlace>? placeOf = null)
    {
        string what = group.Length > 0 ? $"{Lock} of group {group}" : Lock;
        string option = group.Length > 0 ? $" --group {group}" : "";
        if (status.Max <= 0)
        {
            return
            [
                UpdateFinding.Problem(
                    what, "nobody may hold it: its maximum is 0", $"corenode lock set-max 1{option}"),
            ];
        }

        List<UpdateFinding> findings = [];
        foreach (LockHolder holder in status.Holders)
            findings.Add(OfHolder(holder, now, what, option, placeOf?.Invoke(holder) ?? HolderPlace.Unknown));
        return findings.Count > 0 ? findings : [UpdateFinding.Ok(what, "nobody holds it")];
    }

    /// <summary>Releases that stopped at a machine on which they went back.</summary>
    public static List<UpdateFinding> OfFailed(IReadOnlyList<FailedRelease> releases, string group)
    {
        List<UpdateFinding> findings = [];
        foreach (FailedRelease one in releases)
        {
            if (!one.IsAllowed)
            {
                findings.Add(UpdateFinding.Warning(
                    "failed release", ReleaseStop.Text(one) + ", and no other machine restarts into it",
                    ReleaseStop.Mend(group, one.Version)));
            }
        }

        return findings;
    }

    /// <summary>A machine on which nothing new is placed; null if that is the order of a reboot.</summary>
    public static UpdateFinding? OfCordon(string machine, MachineCordon cordon)
    {
        if (cordon.By == MachineUnits.By)
            return null;
        string by = cordon.By.Length > 0 ? $" by {cordon.By}" : "";
        string why = cordon.Reason.Length > 0 ? $": {cordon.Reason}" : "";
        return UpdateFinding.Warning(
            "cordoned machine", $"{machine} is cordoned{by}{why}; units that leave others cannot go there",
            $"corenode machine uncordon {machine}");
    }

    private static UpdateFinding OfHolder(
        LockHolder holder, DateTimeOffset now, string what, string option, HolderPlace place)
    {
        string since = holder.Since is { } at ? $" since {Moment(at)}" : "";
        string why = holder.Reason.Length > 0 ? $" ({holder.Reason})" : "";
        string text = $"{holder.Id} holds it{since}{why}";
        string advice = $"look at that machine; if it does not come back: corenode lock release {holder.Id}{option}";
        bool isRecent(TimeSpan limit) => holder.Since is { } begun && now - begun < limit;
        if (holder.ReleaseAt <= now)
        {
            return UpdateFinding.Warning(
                what, $"{text}, and its time is over: the next one that waits takes it away", advice);
        }

        if (place == HolderPlace.Away && !isRecent(Restarting))
        {
            string heard = holder.Heard is { } last ? $", last heard of {Moment(last)}" : "";
            return UpdateFinding.Problem(
                what, $"{text}, and its machine is gone{heard}: no other machine restarts meanwhile", advice);
        }

        if (place == HolderPlace.Away)
            return UpdateFinding.Ok(what, text + "; its machine is away, as in a restart");
        return isRecent(s_long)
            ? UpdateFinding.Ok(what, text)
            : UpdateFinding.Warning(what, text + ", and no other machine restarts meanwhile", advice);
    }

    private static string Moment(DateTimeOffset at) =>
        string.Create(CultureInfo.InvariantCulture, $"{at.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
}
