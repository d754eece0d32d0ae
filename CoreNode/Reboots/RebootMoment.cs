namespace CoreNode.Reboots;

/// <summary>Now, by both clocks of a machine: windows and what outlives a boot go by the wall clock.</summary>
/// <param name="Wall">The wall clock.</param>
/// <param name="Uptime">Since this boot (CLOCK_BOOTTIME): only grows.</param>
public readonly record struct RebootMoment(DateTimeOffset Wall, TimeSpan Uptime);
