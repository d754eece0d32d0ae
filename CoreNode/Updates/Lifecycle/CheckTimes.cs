using CoreNode.Foundation;

namespace CoreNode.Updates.Lifecycle;

/// <summary>When the server was asked, and when it is asked next.</summary>
public sealed record CheckTimes
{
    /// <summary>Before the first check.</summary>
    public static readonly CheckTimes None = new();

    /// <summary>When a server last answered; null: never.</summary>
    public DateTimeOffset? LastAnswer { get; init; }

    /// <summary>The wait before the last check, without fuzz; zero before the first.</summary>
    public TimeSpan LastInterval { get; init; }

    /// <summary>When it is asked next, by the uptime; null: only when somebody wants it.</summary>
    public TimeSpan? Next { get; init; }

    /// <summary>After the start of the node.</summary>
    public CheckTimes AfterStart(UpdateSettings settings, Moment now, Prng chance) =>
        settings.PeriodicOffReason.Length > 0 || settings.ServerOffReason.Length > 0
            ? this with { Next = null }
            : this with
            {
                LastInterval = settings.FirstCheck,
                Next = now.Uptime + Fuzzed(settings.FirstCheck, settings.CheckFuzz, chance),
            };

    /// <summary>
    /// After a check or an attempt. What the server asks for is spread by half of it, so that machines which asked
    /// together do not go on doing so; an overloaded server (500, 503) gets twice the time of before.
    /// </summary>
    public CheckTimes After(
        UpdateSettings settings, TimeSpan? poll, int httpStatus, Moment now, Prng chance)
    {
        if (settings.PeriodicOffReason.Length > 0 || settings.ServerOffReason.Length > 0)
            return this with { Next = null };
        TimeSpan interval = settings.CheckInterval;
        TimeSpan fuzz = settings.CheckFuzz;
        if (poll is { } asked)
        {
            interval = Clamp(asked, settings.MinPollInterval, settings.MaxCheckInterval);
            fuzz = interval / 2;
        }
        else if (httpStatus is 500 or 503)
        {
            interval = Clamp(LastInterval * 2, settings.CheckInterval, settings.MaxCheckInterval);
            fuzz = interval / 2;
        }

        return this with { LastInterval = interval, Next = now.Uptime + Fuzzed(interval, fuzz, chance) };
    }

    /// <summary>
    /// Soon, because something is to be gone on with; later by chance, so that not all come together.
    /// </summary>
    public CheckTimes Soon(UpdateSettings settings, TimeSpan delay, Moment now, Prng chance) =>
        settings.ServerOffReason.Length > 0
            ? this with { Next = null }
            : this with { Next = now.Uptime + delay + (delay * chance.NextDouble()) };

    private static TimeSpan Fuzzed(TimeSpan interval, TimeSpan fuzz, Prng chance)
    {
        TimeSpan wait = interval + (fuzz * ((2 * chance.NextDouble()) - 1));
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    private static TimeSpan Clamp(TimeSpan value, TimeSpan min, TimeSpan max) =>
        value < min ? min : value > max ? max : value;
}
