using System.Globalization;
using CoreNode.RebootLock;
using CoreNode.Reboots;
using CoreNode.Reboots.Desk;
using CoreNode.Units.Registry;
using CoreNode.Updates.Desk;

namespace CoreNode.Hosting.Reboots;

/// <summary>Judges what keeps machines from restarting for their updates, and says what to do. Pure.</summary>
internal static class RebootFindings
{
    private const string Reboots = "reboots";
    private const string Lock = "reboot lock";

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

    /// <summary>The lock and who holds it.</summary>
    public static List<UpdateFinding> OfLock(LockStatus status, DateTimeOffset now)
    {
        if (status.Max <= 0)
            return [UpdateFinding.Problem(Lock, "nobody may hold it: its maximum is 0", "corenode lock set-max 1")];
        List<UpdateFinding> findings = [];
        foreach (LockHolder holder in status.Holders)
        {
            string since = holder.Since is { } at
                ? string.Create(CultureInfo.InvariantCulture, $" since {at.UtcDateTime:yyyy-MM-dd HH:mm} UTC")
                : "";
            string why = holder.Reason.Length > 0 ? $" ({holder.Reason})" : "";
            string text = $"{holder.Id} holds it{since}{why}";
            findings.Add(holder.Since is { } begun && now - begun < s_long
                ? UpdateFinding.Ok(Lock, text)
                : UpdateFinding.Warning(
                    Lock, text + ", and no other machine restarts meanwhile",
                    $"look at that machine; if it does not come back: corenode lock release {holder.Id}"));
        }

        return findings.Count > 0 ? findings : [UpdateFinding.Ok(Lock, "nobody holds it")];
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
}
