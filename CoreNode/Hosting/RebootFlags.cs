using CoreNode.Reboots;
using CoreNode.Reboots.Desk;
using CoreNode.Windows;

namespace CoreNode.Hosting;

/// <summary>The flags about reboots, and how they are read.</summary>
internal static class RebootFlags
{
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(7);

    /// <summary>In the order of help.</summary>
    public static readonly IReadOnlyList<NodeFlag> All =
    [
        new(
            "reboot-strategy", "", "WORD",
            "etcd-lock, reboot, off or best-effort (default: update.conf, else etcd-lock)"),
        new("reboot-window", "", "WINDOW", "\"Thu 23:00 1h\": when this machine may restart by itself; repeatable")
        {
            IsRepeatable = true,
        },
        new("reboot-window-zone", "local", "ZONE", "whose clocks the windows are by: local, UTC, Europe/Berlin …"),
        new("reboot-fuzz", "0s", "TIME", "this machine waits a random time up to that in its window"),
        new("reboot-group", "", "NAME", "group of the reboot lock that it takes"),
        new("reboot-delay", "5m", "TIME", "how long those who are logged in have before it restarts"),
        new("reboot-by", "firmware", "WAY", "firmware; kexec: straight into a kernel; auto: so where it can be"),
        new("reboot-lock-limit", "0s", "TIME", "others may take its lock away after that; 0s for never"),
    ];

    /// <summary>Reads them; what is wrong is added to the problems.</summary>
    public static RebootOptions Read(Func<string, string> text, List<string> problems) => new()
    {
        Strategy = Strategy(text("reboot-strategy"), problems),
        Windows = Windows(text("reboot-window"), problems),
        Zone = Zone(text("reboot-window-zone"), problems),
        Fuzz = Time("reboot-fuzz", text, problems),
        Group = text("reboot-group"),
        LoginDelay = Time("reboot-delay", text, problems),
        By = Way(text, problems),
        LockLimit = Time("reboot-lock-limit", text, problems),
    };

    private static RebootStrategy? Strategy(string word, List<string> problems)
    {
        RebootStrategy? strategy = RebootStrategies.Find(word);
        if (strategy is null && word.Length > 0)
            problems.Add($"--reboot-strategy {word}: say {string.Join(", ", RebootStrategies.Words)}");
        return strategy;
    }

    /// <summary>The way of a word, one of <see cref="RebootWish.Ways"/>; null for none.</summary>
    public static RestartWay? Way(string word) => word switch
    {
        "firmware" => RestartWay.Firmware,
        "kexec" => RestartWay.Kexec,
        "auto" => RestartWay.Auto,
        _ => null,
    };

    private static RestartWay Way(Func<string, string> text, List<string> problems)
    {
        RestartWay? way = Way(text("reboot-by"));
        if (way is null)
            problems.Add($"--reboot-by {text("reboot-by")}: say firmware, kexec or auto");
        else if (way != RestartWay.Firmware && text("reboot-command").Length > 0)
            problems.Add("--reboot-by and --reboot-command both say how the machine restarts: leave one of them out");
        return way ?? RestartWay.Firmware;
    }

    // Days have commas, too: a window ends with its third word.
    private static List<MaintenanceWindow> Windows(string text, List<string> problems)
    {
        List<MaintenanceWindow> windows = [];
        string one = "";
        foreach (string part in text.Split(','))
        {
            one = one.Length == 0 ? part.Trim() : $"{one},{part}";
            if (one.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length < 3)
                continue;
            if (WindowText.Parse(one) is { } window)
                windows.Add(window);
            else
                Wrong(one);
            one = "";
        }

        if (one.Length > 0)
            Wrong(one);
        return windows;

        void Wrong(string wrong) =>
            problems.Add($"--reboot-window {wrong}: days, time and length are needed, such as \"Mon-Fri 02:00 2h\"");
    }

    private static TimeZoneInfo Zone(string name, List<string> problems)
    {
        if (name == "local")
            return TimeZoneInfo.Local;
        try
        {
            return TimeZoneInfo.FindSystemTimeZoneById(name);
        }
        catch (Exception unknown) when (unknown is TimeZoneNotFoundException or InvalidTimeZoneException)
        {
            problems.Add($"--reboot-window-zone {name}: no such time zone; say local, UTC or a name as Europe/Berlin");
            return TimeZoneInfo.Utc;
        }
    }

    private static TimeSpan Time(string name, Func<string, string> text, List<string> problems)
    {
        if (TimeText.TryParse(text(name), out TimeSpan time) && time <= s_longest)
            return time;
        problems.Add($"--{name} {text(name)}: a time up to 168h is needed, such as 45s or 10m");
        return TimeSpan.Zero;
    }
}
