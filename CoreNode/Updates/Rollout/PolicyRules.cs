using System.Globalization;
using CoreNode.Windows;

namespace CoreNode.Updates.Rollout;

/// <summary>What is wrong with a policy. That its time zone exists is for who looks it up.</summary>
public static class PolicyRules
{
    private const int MostWaves = 100;
    private const int MostWindows = 50;

    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_week = TimeSpan.FromDays(7);
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(3650);

    /// <summary>All complaints, each with its place; none if it may be used.</summary>
    public static IReadOnlyList<string> Check(RolloutPolicy policy)
    {
        List<string> faults = [];
        CheckWaves(policy, faults);
        CheckWindows(policy, faults);
        Bound(faults, "period", policy.Period, s_second, s_longest);
        Bound(faults, "grantTimeout", policy.GrantTimeout, s_minute, s_longest);
        if (policy.PollInterval is { } poll)
            Bound(faults, "pollInterval", poll, s_minute, s_week);
        if (policy.ForgetAfter is { } forget)
            Bound(faults, "forgetAfter", forget, policy.GrantTimeout, s_longest);
        AtLeastOne(faults, "maxPerPeriod", policy.MaxPerPeriod);
        AtLeastOne(faults, "maxAtATime", policy.MaxAtATime);
        if (policy.ErrorStop is { } stop)
        {
            AtLeastOne(faults, "errorStop.atLeast", stop.AtLeast);
            if (!(stop.Share is >= 0 and < 1))
                faults.Add(Invariant($"errorStop.share is {stop.Share}: give a share from 0 to below 1, as 0.05"));
        }

        return faults;
    }

    /// <summary>The same of a promotion's rule.</summary>
    public static IReadOnlyList<string> Check(PromotionRule rule)
    {
        List<string> faults = [];
        Bound(faults, "soak", rule.Soak, TimeSpan.Zero, s_longest);
        if (!(rule.MaxErrorShare is >= 0 and < 1))
            faults.Add(Invariant($"maxErrorShare is {rule.MaxErrorShare}: give a share from 0 to below 1, as 0.05"));
        if (rule.MinSucceeded < 0)
            faults.Add(Invariant($"minSucceeded is {rule.MinSucceeded}: give 0 or more"));
        return faults;
    }

    private static void CheckWaves(RolloutPolicy policy, List<string> faults)
    {
        if (policy.Waves.Count > MostWaves)
            faults.Add(Invariant($"{policy.Waves.Count} waves: at most {MostWaves}"));
        RolloutWave? before = null;
        for (int i = 0; i < policy.Waves.Count; i++)
        {
            RolloutWave wave = policy.Waves[i];
            if (!(wave.Percent is > 0 and <= 100))
                faults.Add(Invariant($"waves[{i}].percent is {wave.Percent}: give more than 0 and at most 100"));
            Bound(faults, Invariant($"waves[{i}].after"), wave.After, TimeSpan.Zero, s_longest);
            if (before is not null && wave.Percent <= before.Percent)
            {
                faults.Add(
                    Invariant($"waves[{i}].percent is {wave.Percent}, not above the {before.Percent} before it"));
            }

            if (before is not null && wave.After < before.After)
                faults.Add(Invariant($"waves[{i}].after is earlier than that of the wave before it"));
            before = wave;
        }
    }

    private static void CheckWindows(RolloutPolicy policy, List<string> faults)
    {
        if (policy.Windows.Count > MostWindows)
            faults.Add(Invariant($"{policy.Windows.Count} windows: at most {MostWindows}"));
        for (int i = 0; i < policy.Windows.Count; i++)
        {
            MaintenanceWindow window = policy.Windows[i];
            if ((window.Days & WindowDays.All) == WindowDays.None)
                faults.Add(Invariant($"windows[{i}] has no days: give some, as Mon-Fri"));
            Bound(faults, Invariant($"windows[{i}] length"), window.Length, s_minute, s_week);
        }

        if (policy.TimeZone.Length == 0)
            faults.Add("timeZone is empty: give a name, as Europe/Berlin, or UTC");
    }

    private static void Bound(List<string> faults, string name, TimeSpan value, TimeSpan least, TimeSpan most)
    {
        if (value < least || value > most)
        {
            faults.Add(
                $"{name} is {DurationText.Format(value)}: give {DurationText.Format(least)} to "
                + DurationText.Format(most));
        }
        else if (value.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            faults.Add($"{name} has fractions of a second: give whole seconds");
        }
    }

    private static void AtLeastOne(List<string> faults, string name, int? value)
    {
        if (value < 1)
            faults.Add(Invariant($"{name} is {value}: give 1 or more, or leave it out"));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
