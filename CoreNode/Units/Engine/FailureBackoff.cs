using CoreNode.Foundation;

namespace CoreNode.Units.Engine;

/// <summary>
/// When a failed unit is placed elsewhere: after a wait that doubles with every failure in a row, and that starts anew
/// once the unit ran well for a while. Pure.
/// </summary>
internal static class FailureBackoff
{
    /// <summary>The unit is seen failed under this claim.</summary>
    public static FailureRecord Failed(
        FailureRecord? known, string hash, StoreIndex claim, string machine, DateTimeOffset now, EngineOptions options)
    {
        FailureRecord before = Of(known, hash);
        if (before.Claim == claim && before.WellSince is null && before.Failures > 0)
            return before;
        bool ranWell = before.WellSince is { } since && now - since >= options.FailureMemory;
        int failures = ranWell ? 1 : before.Failures + 1;
        TimeSpan delay = Delay(failures, options);
        Dictionary<string, DateTimeOffset> avoided = [];
        foreach ((string other, DateTimeOffset until) in before.Avoided)
        {
            if (until > now)
                avoided[other] = until;
        }

        avoided[machine] = now + delay + options.FailureMemory;
        return before with
        {
            Failures = failures,
            Claim = claim,
            Machine = machine,
            Due = now + delay,
            WellSince = null,
            Avoided = avoided,
        };
    }

    /// <summary>The unit is seen running; null once nothing needs to be remembered.</summary>
    public static FailureRecord? Runs(FailureRecord? known, string hash, DateTimeOffset now, EngineOptions options)
    {
        if (known is null || known.Hash != hash)
            return null;
        if (known.WellSince is not { } since)
            return known with { WellSince = now };
        return now - since >= options.FailureMemory ? null : known;
    }

    /// <summary>Wait after that many failures in a row.</summary>
    public static TimeSpan Delay(int failures, EngineOptions options)
    {
        TimeSpan delay = options.MinBackoff;
        for (int i = 1; i < failures && delay < options.MaxBackoff; i++)
            delay *= 2;
        return delay < options.MaxBackoff ? delay : options.MaxBackoff;
    }

    private static FailureRecord Of(FailureRecord? known, string hash) =>
        known is not null && known.Hash == hash ? known : new FailureRecord { Hash = hash };
}
