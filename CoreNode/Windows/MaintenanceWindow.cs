namespace CoreNode.Windows;

/// <summary>
/// Begins on certain days of the week when clocks of the time zone first show (or have passed) a time, and lasts. Where
/// the clock is put forward over that time the window begins at that moment; where it is put back it begins the first
/// time only. The length is time that passes: a night with a change of the clock has windows as long as any other.
/// </summary>
/// <param name="Days">Days on which it begins.</param>
/// <param name="From">Local time at which it begins.</param>
/// <param name="Length">Above zero, at most a week; it may reach into the next days.</param>
public sealed record MaintenanceWindow(WindowDays Days, TimeOnly From, TimeSpan Length);
