using CoreNode.Windows;

namespace CoreNode.Updates.Rollout;

/// <summary>
/// How a group gets its updates. A value that says nothing (null, an empty list) limits nothing. The rules that such a
/// policy must keep are <see cref="PolicyRules"/>; its JSON is <see cref="PolicyCodec"/>'s.
/// </summary>
public sealed record RolloutPolicy
{
    /// <summary>A group that is switched off gets nothing; the clock of the waves goes on.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>Shares of the group in growing order, each from its time on; empty: everybody at once.</summary>
    public IReadOnlyList<RolloutWave> Waves { get; init; } = [];

    /// <summary>
    /// Most machines that are granted an update in any stretch of <see cref="Period"/>. A machine that is granted
    /// several (a floor and the target, or the same again) counts once, from its last grant on.
    /// </summary>
    public int? MaxPerPeriod { get; init; }

    /// <summary>See <see cref="MaxPerPeriod"/>.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Most machines that fetch and install at a time. One that has installed and waits for its reboot is not counted.
    /// </summary>
    public int? MaxAtATime { get; init; }

    /// <summary>When updates may be granted, by the clock of <see cref="TimeZone"/>; empty: always.</summary>
    public IReadOnlyList<MaintenanceWindow> Windows { get; init; } = [];

    /// <summary>IANA name of the windows' time zone.</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>One machine gets each release first; the others once it runs it. If it rolls back, all stops.</summary>
    public bool IsFirstAlone { get; init; }

    /// <summary>When to stop a release because machines fail; null: never.</summary>
    public ErrorStop? ErrorStop { get; init; }

    /// <summary>
    /// How long a machine may show no progress while it fetches or installs before its place is given away; that is no
    /// failure. One that has installed and waits for its reboot has all the time.
    /// </summary>
    public TimeSpan GrantTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a machine may be silent before it is forgotten; null: for ever.</summary>
    public TimeSpan? ForgetAfter { get; init; } = TimeSpan.FromDays(30);

    /// <summary>When machines are to ask again; null: as they like.</summary>
    public TimeSpan? PollInterval { get; init; }
}
