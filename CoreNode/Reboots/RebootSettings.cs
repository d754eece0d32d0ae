using CoreNode.Windows;

namespace CoreNode.Reboots;

/// <summary>The rules of a machine's reboots.</summary>
public sealed record RebootSettings
{
    /// <summary>The strategy, unless another one was set at run time.</summary>
    public RebootStrategy Strategy { get; init; } = RebootStrategy.EtcdLock;

    /// <summary>
    /// The strategy once people have set windows: where those of the settings cannot be read it is off till then; null:
    /// the same.
    /// </summary>
    public RebootStrategy? StrategyWithWindows { get; init; }

    /// <summary>Where the strategy comes from: default, flag, update.conf; of what people set, order.</summary>
    public string StrategyFrom { get; init; } = "default";

    /// <summary>Where the windows come from, in the same words.</summary>
    public string WindowsFrom { get; init; } = "default";

    /// <summary>Where the group comes from, in the same words.</summary>
    public string GroupFrom { get; init; } = "default";

    /// <summary>Where the fuzz comes from, in the same words.</summary>
    public string FuzzFrom { get; init; } = "default";

    /// <summary>Whose clocks windows are by that people set.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>When machines may restart by themselves; null: always.</summary>
    public WindowCalendar? Windows { get; init; }

    /// <summary>The windows as people wrote them; empty without any.</summary>
    public string WindowsText { get; init; } = "";

    /// <summary>A machine waits a random time up to this once it might begin: not all at once.</summary>
    public TimeSpan Fuzz { get; init; }

    /// <summary>The same, but at most half of the shortest window.</summary>
    public TimeSpan Spread => Windows?.Shortest / 2 is { } half && half < Fuzz ? half : Fuzz;

    /// <summary>That in words; empty for none.</summary>
    public string SpreadText => Spread > TimeSpan.Zero ? DurationText.Format(Spread) : "";

    /// <summary>The lock's group; empty: the default one.</summary>
    public string Group { get; init; } = "";

    /// <summary>Why this node does not restart its machine, whoever asks; empty: it does.</summary>
    public string Forbidden { get; init; } = "";

    /// <summary>How long those who are logged in have.</summary>
    public TimeSpan LoginDelay { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a drain may take.</summary>
    public TimeSpan DrainLimit { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Until a cluster that cannot do without this machine is looked at again.</summary>
    public TimeSpan LookDelay { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Until a step that failed is tried again.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Between two looks at the health of a machine that has restarted.</summary>
    public TimeSpan GateInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Until it is begun again after everything was given back.</summary>
    public TimeSpan BackOff { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a machine may take to go down before it is asked again.</summary>
    public TimeSpan GoDownLimit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a wish that a restart has just served is not taken again: it would be a loop.</summary>
    public TimeSpan ServedFor { get; init; } = TimeSpan.FromHours(6);

    /// <summary>How often a step is tried before it is given up, where it can be.</summary>
    public int Tries { get; init; } = 3;

    /// <summary>When the next window opens, in seconds since 1970; 0: one is open, or there is none.</summary>
    public long NextWindow(long second) =>
        Windows is { } windows && windows.OpenFrom(second) is var opens && opens > second ? opens : 0;
}
