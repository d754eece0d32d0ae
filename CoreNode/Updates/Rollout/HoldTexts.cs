using System.Globalization;
using CoreNode.Foundation;
using CoreNode.Updates.Omaha;
using CoreNode.Windows;

namespace CoreNode.Updates.Rollout;

/// <summary>What a machine that is held is told: the protocol's word, and what of the policy says so.</summary>
internal static class HoldTexts
{
    public static string Reason(RolloutBlock block) => block switch
    {
        RolloutBlock.NoPackage => HoldReasons.NoPackage,
        RolloutBlock.Exempt => HoldReasons.Exempt,
        RolloutBlock.Disabled or RolloutBlock.Paused => HoldReasons.Disabled,
        RolloutBlock.Stopped => HoldReasons.ErrorStop,
        RolloutBlock.RolledBack => HoldReasons.RolledBack,
        RolloutBlock.Installed => HoldReasons.InProgress,
        RolloutBlock.Wave => HoldReasons.Wave,
        RolloutBlock.Window => HoldReasons.Window,
        RolloutBlock.FirstAlone => HoldReasons.FirstAlone,
        RolloutBlock.Period => HoldReasons.RateLimit,
        RolloutBlock.AtATime => HoldReasons.Concurrency,
        RolloutBlock.None => throw new InvariantException("nothing holds the machine"),
        _ => throw new InvariantException("a hold without a word"),
    };

    public static string? Text(
        RolloutBlock block, RolloutMachine machine, RolloutPolicy policy, RolloutStanding standing, string version)
    {
        switch (block)
        {
            case RolloutBlock.Exempt:
                return machine.Override is { Note.Length: > 0 } wish ? wish.Note : null;
            case RolloutBlock.Paused:
                string note = standing.PauseNote.Length > 0 ? $": {standing.PauseNote}" : "";
                return $"{version} is paused{note}";
            case RolloutBlock.Stopped:
                return standing.Stop?.Reason;
            case RolloutBlock.RolledBack:
                return $"{version}; a newer one will be offered";
            case RolloutBlock.Installed:
                return $"{version} is installed and waits for a reboot";
            case RolloutBlock.Period:
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"at most {policy.MaxPerPeriod} in {DurationText.Format(policy.Period)}");
            case RolloutBlock.AtATime:
                return string.Create(CultureInfo.InvariantCulture, $"at most {policy.MaxAtATime} at a time");
            default:
                return null;
        }
    }
}
