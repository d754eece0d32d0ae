namespace CoreNode.Units.Engine;

/// <summary>Bounds of the engine. The defaults are what nodes use.</summary>
public sealed record EngineOptions
{
    /// <summary>In this time at most a quarter of the machines are emptied because they are lost.</summary>
    public TimeSpan StormWindow { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A failed unit is placed elsewhere after this; doubles with each failure in a row.</summary>
    public TimeSpan MinBackoff { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait after a failure.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Who ran this long has not failed lately; a machine where a unit failed is avoided this long.</summary>
    public TimeSpan FailureMemory { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A unit that cannot leave a machine that is drained is looked at again after this.</summary>
    public TimeSpan StuckPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Content that no job has used for this long is removed.</summary>
    public TimeSpan ContentRetention { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A folder that could not be removed is tried again after this, if there is a plan then.</summary>
    public TimeSpan FolderPause { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Writes under way at the same time.</summary>
    public int WritesInFlight { get; init; } = 256;

    /// <summary>Changes are collected at least this long before the next plan.</summary>
    public TimeSpan MinPause { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>Longest pause between two plans while things change.</summary>
    public TimeSpan MaxPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// What is known of machines whose leases are keys may be that old when one of them is given up.
    /// </summary>
    public TimeSpan NewsAge { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Wait after the store did not answer.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromMilliseconds(250);
}
