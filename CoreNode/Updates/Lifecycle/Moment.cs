namespace CoreNode.Updates.Lifecycle;

/// <summary>
/// Now, by both clocks of a machine. What must outlive a boot counts by the wall clock, which may be wrong and jump;
/// everything else by the other.
/// </summary>
/// <param name="Wall">The wall clock.</param>
/// <param name="Uptime">Since this boot of the machine (CLOCK_BOOTTIME): only grows.</param>
public readonly record struct Moment(DateTimeOffset Wall, TimeSpan Uptime);
