using System.Globalization;

namespace CoreNode.Cli.Units;

/// <summary>
/// Where something stands, and when that is to be told: once it has been so for a moment, for what passes is no news;
/// then at longer and longer intervals, so that nobody believes the command dead.
/// </summary>
/// <param name="text">Where it stands.</param>
/// <param name="since">Since when, in the time of the wait.</param>
internal sealed class ToldProgress(string text, TimeSpan since)
{
    private static readonly TimeSpan s_moment = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(5);

    private TimeSpan _pause;

    /// <summary>Where it stands.</summary>
    public string Text { get; } = text;

    /// <summary>When it is to be told next.</summary>
    public TimeSpan Next { get; private set; } = since + s_moment;

    /// <summary>How it is told now: "waiting" or, once it was told before, "waiting for 30 s".</summary>
    public string Tell(TimeSpan waited)
    {
        bool isFirst = _pause == TimeSpan.Zero;
        TimeSpan longer = isFirst ? s_first : _pause * 2;
        _pause = longer < s_longest ? longer : s_longest;
        Next = waited + _pause;
        return isFirst ? "waiting" : $"waiting for {Span(waited)}";
    }

    /// <summary>12 s, 3 min, 2 h 5 min.</summary>
    public static string Span(TimeSpan time) => time switch
    {
        { TotalMinutes: < 2 } => Number((int)time.TotalSeconds, "s"),
        { TotalHours: < 2 } => Number((int)time.TotalMinutes, "min"),
        _ => $"{Number((int)time.TotalHours, "h")} {Number(time.Minutes, "min")}",
    };

    private static string Number(int number, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {unit}");
}
