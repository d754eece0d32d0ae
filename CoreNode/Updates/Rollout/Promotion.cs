using System.Globalization;
using CoreNode.Windows;

namespace CoreNode.Updates.Rollout;

/// <summary>Judges whether a release that is in one channel may go to the next.</summary>
public static class Promotion
{
    /// <summary>By the rule and what the groups of the first channel have seen of the release; pure.</summary>
    public static PromotionVerdict Judge(
        PromotionRule rule, IReadOnlyCollection<PromotionFacts> groups, DateTimeOffset now)
    {
        if (groups.Count == 0)
            return new PromotionVerdict(false, "no group of the channel has it");
        int succeeded = 0;
        int failed = 0;
        DateTimeOffset? soaked = null;
        foreach (PromotionFacts group in groups)
        {
            if (group.Standing.Stop is { } stop)
                return new PromotionVerdict(false, $"it is stopped: {stop.Reason}");
            if (group.Standing.PausedAt is not null)
                return new PromotionVerdict(false, "it is paused");
            succeeded += group.Counts.Succeeded;
            failed += group.Counts.AllFailed;
            // The group that has had it longest: the others tell no more.
            DateTimeOffset end = group.StartedAt + group.Standing.HeldFor + rule.Soak;
            soaked = soaked < end ? soaked : end;
        }

        if (failed > rule.MaxErrorShare * (succeeded + failed))
        {
            return new PromotionVerdict(
                false, Text($"{failed} of {succeeded + failed} machines failed, more than {rule.MaxErrorShare:P1}"));
        }

        if (succeeded < rule.MinSucceeded)
            return new PromotionVerdict(false, Text($"{succeeded} machines run it, {rule.MinSucceeded} are needed"));
        return now < soaked
            ? new PromotionVerdict(false, $"it soaks for {DurationText.Format(rule.Soak)}", soaked)
            : new PromotionVerdict(
                true, Text($"{succeeded} machines run it, {failed} failed, in {DurationText.Format(rule.Soak)}"));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
