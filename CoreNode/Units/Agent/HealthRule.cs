using CoreNode.Units.Model;

namespace CoreNode.Units.Agent;

/// <summary>
/// What checks make of a unit's health. Pure. One good check makes it healthy. A healthy one is unhealthy after two bad
/// checks in a row; one that has just become active has the time of three intervals first, and is asked more often.
/// </summary>
public static class HealthRule
{
    private const int BadChecks = 2;
    private const int FirstIntervals = 3;
    private static readonly TimeSpan s_firstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestCheck = TimeSpan.FromSeconds(10);

    /// <summary>A check that takes longer is bad.</summary>
    public static TimeSpan Timeout(UnitRequirements requirements) =>
        requirements.HealthInterval < s_longestCheck ? requirements.HealthInterval : s_longestCheck;

    /// <summary>Takes note of whether it is active.</summary>
    public static void Observe(UnitFacts unit, TimeSpan now)
    {
        if (unit.IsActive == unit.ActiveAt is not null)
            return;
        unit.ActiveAt = unit.IsActive ? now : null;
        unit.Health = UnitHealth.Unknown;
        unit.BadChecks = 0;
        unit.CheckAt = now;
    }

    /// <summary>When the next check is due; null: it has none, or is not active.</summary>
    public static TimeSpan? Due(UnitFacts unit) =>
        unit.Text is { Requirements.HasHealthCheck: true } && unit.ActiveAt is not null && unit.Checking is null
            ? unit.CheckAt
            : null;

    /// <summary>Takes note of how a check ended.</summary>
    public static void Take(UnitFacts unit, bool isGood, TimeSpan now)
    {
        if (unit.ActiveAt is not { } since || unit.Text is not { } text)
            return;
        TimeSpan interval = text.Requirements.HealthInterval;
        unit.BadChecks = isGood ? 0 : unit.BadChecks + 1;
        bool isOver = unit.Health != UnitHealth.Unknown || now >= since + (interval * FirstIntervals);
        if (isGood)
            unit.Health = UnitHealth.Healthy;
        else if (unit.BadChecks >= BadChecks && isOver)
            unit.Health = UnitHealth.Unhealthy;
        bool isNew = unit.Health == UnitHealth.Unknown && s_firstWait < interval;
        unit.CheckAt = now + (isNew ? s_firstWait : interval);
    }
}
