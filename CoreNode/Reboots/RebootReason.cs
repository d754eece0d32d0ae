using System.Globalization;

namespace CoreNode.Reboots;

/// <summary>Why it stands like that, and until when: for people.</summary>
internal static class RebootReason
{
    /// <summary>The reason: one line without a full stop.</summary>
    public static string Of(RebootState state, RebootSettings settings, RebootMoment now)
    {
        string told = state.Live.Told;
        return state.Stage switch
        {
            RebootStage.Idle => WhyNot(state, settings, now) ?? "nobody wants a reboot",
            RebootStage.Wanted =>
                told.Length > 0 ? told : "whether the cluster can do without this machine is looked at",
            RebootStage.WindowWait => Window(state, settings, now),
            RebootStage.LockWait => "the lock is waited for" + Group(state) + (told.Length > 0 ? $": {told}" : ""),
            RebootStage.Admitted => "window and cluster are looked at once more" + Told(told),
            RebootStage.Leaving => Leaving(state.Step) + Told(told),
            RebootStage.Warning =>
                told.Length > 0 ? $"logged in, and told: {told}" : "those who are logged in are told",
            RebootStage.Stopping => "the file systems are synced",
            RebootStage.Rebooting => state.Step == RebootStepKind.Wait
                ? "the machine was asked to restart and goes down" + Told(state.Note)
                : "the machine is asked to restart" + Told(told),
            RebootStage.Gate => "the machine has restarted and has to prove healthy" + Told(told),
            RebootStage.Uncordoning => "the machine is given units again" + Told(told),
            RebootStage.Releasing => "the lock is given back" + Told(told),
            RebootStage.Returning => $"not now: {state.Note}; what was taken is given back" + Told(told),
            _ => throw new ArgumentOutOfRangeException(nameof(state), state.Stage, "no such stage"),
        };
    }

    /// <summary>Why what others want is not done by itself; null: it is, or nobody wants anything.</summary>
    public static string? WhyNot(RebootState state, RebootSettings settings, RebootMoment now)
    {
        RebootWant seen = state.Live.Seen;
        if (!seen.IsThere)
            return "nobody wants a reboot";
        if (settings.Forbidden.Length > 0)
            return $"{seen.Text}; but {settings.Forbidden}";
        if (state.StrategyOf(settings) == RebootStrategy.Off)
            return $"{seen.Text}; the strategy is off: corenode reboot now does it";
        if (state.Dismissed == seen.Text)
            return $"{seen.Text}; that was cancelled: corenode reboot now does it all the same";
        return IsServed(state, settings, now)
            ? $"{seen.Text}; but the machine has just restarted for that: corenode reboot now does it again"
            : null;
    }

    /// <summary>Why it turns back in that stage when the window shuts.</summary>
    public static string Shut(RebootStage stage) => stage switch
    {
        RebootStage.LockWait => "the window shut before the lock came",
        RebootStage.Admitted => "the lock came after the window had shut",
        RebootStage.Leaving => "the window shut before the machine was empty",
        _ => "the window shut before the machine could restart",
    };

    /// <summary>When something changes by time alone; null: never.</summary>
    public static DateTimeOffset? Until(RebootState state, RebootSettings settings, RebootMoment now)
    {
        long second = now.Wall.ToUnixTimeSeconds();
        switch (state.Stage)
        {
            case RebootStage.Idle:
                return state.Live.Seen.IsThere && IsServed(state, settings, now)
                    ? state.ServedAt + settings.ServedFor
                    : null;
            case RebootStage.WindowWait:
                if (settings.Windows is { } windows && !state.Want.IsPerson && !windows.IsOpen(second))
                    return DateTimeOffset.FromUnixTimeSeconds(windows.OpenFrom(second));
                return state.FuzzUntil ?? now.Wall;
            case RebootStage.LockWait or RebootStage.Admitted or RebootStage.Leaving or RebootStage.Warning:
                DateTimeOffset? warned = state.Stage == RebootStage.Warning && state.Step == RebootStepKind.Wait
                    ? state.WarnedAt + settings.LoginDelay
                    : null;
                DateTimeOffset? shut = Closes(state, settings, second);
                return warned is null || shut < warned ? shut : warned;
            default:
                return null;
        }
    }

    private static DateTimeOffset? Closes(RebootState state, RebootSettings settings, long second) =>
        settings.Windows is { } windows && !state.Want.IsPerson && windows.ClosesAt(second) is var at
            && at < DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(at)
            : null;

    private static bool IsServed(RebootState state, RebootSettings settings, RebootMoment now) =>
        state.Served == state.Live.Seen.Text && now.Wall < state.ServedAt + settings.ServedFor;

    private static string Window(RebootState state, RebootSettings settings, RebootMoment now)
    {
        bool isOpen = settings.Windows is not { } windows || windows.IsOpen(now.Wall.ToUnixTimeSeconds());
        if (isOpen)
            return "not all machines begin at once: this one waits for its part of the window";
        DateTimeOffset at = Until(state, settings, now) ?? now.Wall;
        return string.Create(
            CultureInfo.InvariantCulture, $"the next window opens at {at.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
    }

    private static string Leaving(RebootStepKind step) => step switch
    {
        RebootStepKind.MoveLeader => "leadership of the store moves to another member",
        RebootStepKind.Cordon => "the machine is cordoned",
        _ => "the units of the machine move away",
    };

    private static string Group(RebootState state) => state.Group.Length > 0 ? $" (group {state.Group})" : "";

    private static string Told(string told) => told.Length > 0 ? $": {told}" : "";
}
