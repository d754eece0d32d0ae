using System.Globalization;

namespace CoreNode.Discovery;

/// <summary>How long something has taken, as people say it.</summary>
internal static class WaitText
{
    /// <summary>12 s, 3 min 5 s, 2 h 10 min.</summary>
    public static string Of(TimeSpan time) =>
        time.TotalMinutes < 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalSeconds} s")
        : time.TotalHours < 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds} s")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min");
}
