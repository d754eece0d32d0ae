using CoreNode.Windows;

namespace CoreNode.Reboots;

/// <summary>Rules that people set at run time, besides the strategy; null: what the settings say.</summary>
public sealed record OrderedRules
{
    /// <summary>The word for where such a rule comes from.</summary>
    public const string From = "order";

    /// <summary>None was set.</summary>
    public static readonly OrderedRules None = new();

    private const int LongestGroup = 256;
    private const int MostWindows = 32;

    private static readonly TimeSpan s_longestFuzz = TimeSpan.FromDays(7);

    /// <summary>Windows as people write them, with "; " between them; empty: at any time.</summary>
    public string? Windows { get; init; }

    /// <summary>The lock's group; empty: the default one.</summary>
    public string? Group { get; init; }

    /// <summary>The random time that a machine waits.</summary>
    public TimeSpan? Fuzz { get; init; }

    /// <summary>Reads what a person says of one rule.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="text">What is said; null: what the settings say.</param>
    /// <param name="problem">What is wrong with it, and what to say instead.</param>
    /// <returns>Rules of which that one counts; null if it is wrong.</returns>
    public static OrderedRules? Read(RebootRule rule, string? text, out string problem)
    {
        problem = "";
        if (text is null)
            return None;
        switch (rule)
        {
            case RebootRule.Windows:
                if (Parse(text, out problem) is { } windows)
                    return None with { Windows = Format(windows) };
                return null;
            case RebootRule.Group:
                if (IsGroup(text))
                    return None with { Group = text };
                problem = $"a group is one line of up to {LongestGroup} characters, and neither . nor ..";
                return null;
            case RebootRule.Fuzz:
                if (DurationText.Parse(text) is { } fuzz && fuzz <= s_longestFuzz)
                    return None with { Fuzz = fuzz };
                problem = $"\"{text}\" is no fuzz: a time up to 7d is needed, such as 90s or 30m";
                return null;
            default:
                throw new ArgumentOutOfRangeException(nameof(rule), rule, "no such rule");
        }
    }

    /// <summary>With one rule as another one has it.</summary>
    public OrderedRules With(RebootRule rule, OrderedRules other) => rule switch
    {
        RebootRule.Windows => this with { Windows = other.Windows },
        RebootRule.Group => this with { Group = other.Group },
        RebootRule.Fuzz => this with { Fuzz = other.Fuzz },
        _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "no such rule"),
    };

    /// <summary>The settings with these rules in place of their own; the same object where none was set.</summary>
    public RebootSettings Over(RebootSettings settings)
    {
        RebootSettings made = settings;
        if (Windows is { } text)
        {
            List<MaintenanceWindow> windows = Parse(text, out _) ?? [];
            made = made with
            {
                Windows = windows.Count == 0 ? null : new WindowCalendar(windows, settings.Zone),
                WindowsText = windows.Count == 0 ? "" : $"{text} ({settings.Zone.Id})",
                WindowsFrom = From,
                Strategy = settings.StrategyWithWindows ?? settings.Strategy,
            };
        }

        if (Group is { } group)
            made = made with { Group = group, GroupFrom = From };
        return Fuzz is { } fuzz ? made with { Fuzz = fuzz, FuzzFrom = From } : made;
    }

    private static List<MaintenanceWindow>? Parse(string text, out string problem)
    {
        problem = "";
        List<MaintenanceWindow> windows = [];
        foreach (string one in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (WindowText.Parse(one) is { } window)
                windows.Add(window);
            else
            {
                problem = $"\"{one}\" is no window: days, time and length are needed, such as \"Mon-Fri 02:00 2h\"";
                return null;
            }
        }

        if (windows.Count <= MostWindows)
            return windows;
        problem = $"{windows.Count} windows are too many: {MostWindows} at most";
        return null;
    }

    // What can be part of a key of the store.
    private static bool IsGroup(string text)
    {
        foreach (char one in text)
        {
            if (char.IsControl(one))
                return false;
        }

        return text.Length <= LongestGroup && text is not ("." or "..");
    }

    private static string Format(List<MaintenanceWindow> windows)
    {
        List<string> texts = [];
        foreach (MaintenanceWindow window in windows)
            texts.Add(WindowText.Format(window));
        return string.Join("; ", texts);
    }
}
