using CoreNode.Windows;

namespace CoreNode.Updates.Rollout;

/// <summary>
/// What holds a machine at a given moment, and from when on that does not hold it if nothing else happens. Asked again
/// for that moment, and so on, it comes to the moment at which nothing holds the machine any more: the expected time.
/// </summary>
internal sealed class RolloutGate
{
    /// <summary>Only a machine or an operator can end it.</summary>
    public const long Never = long.MaxValue;

    // A hold can give way to another one a few times (a wave opens while the window is shut …). More turns than these
    // come from clocks that were far off; then no time is told.
    private const int MostTurns = 32;

    private readonly RolloutPolicy _policy;
    private readonly WindowCalendar _calendar;
    private readonly RolloutTally _tally;
    private readonly RolloutRelease? _release;
    private readonly long _timeout;
    private readonly long _period;

    public RolloutGate(RolloutPolicy policy, TimeZoneInfo zone, RolloutRelease? release, RolloutTally tally)
    {
        _policy = policy;
        _calendar = new WindowCalendar(policy.Windows, zone);
        _release = release;
        _tally = tally;
        _timeout = Seconds(policy.GrantTimeout);
        _period = Seconds(policy.Period);
    }

    /// <summary>What became of the release so far.</summary>
    public required RolloutStanding Standing { get; set; }

    /// <summary>The machine that goes first, as it is known; null if there is none.</summary>
    public RolloutMachine? First { get; set; }

    /// <summary>The first thing that holds it, and when nothing does (<see cref="Never"/>: nobody knows).</summary>
    public (RolloutBlock First, long Until) Ask(in RolloutQuestion question, long now)
    {
        RolloutBlock first = RolloutBlock.None;
        long moment = now;
        for (int turn = 0; turn < MostTurns; turn++)
        {
            (RolloutBlock block, long until) = At(question, moment);
            if (block == RolloutBlock.None)
                return (first, moment);
            if (turn == 0)
                first = block;
            if (until == Never)
                return (first, Never);
            moment = until;
        }

        return (first, Never);
    }

    /// <summary>True if the machine has one of the places at a time.</summary>
    public bool IsAtWork(RolloutMachine machine, long now) => machine.IsAtWork && IsWithinTimeout(machine, now);

    /// <summary>True if it was granted one so short ago that the period still counts it.</summary>
    public bool IsInPeriod(RolloutMachine machine, long now) =>
        machine.ReleaseId.Length > 0 && IsNear(machine.GrantedAt.ToUnixTimeSeconds(), _period, now);

    /// <summary>True if the first machine is at it, so that the others wait.</summary>
    public bool IsFirstTaken(RolloutMachine machine, long now) => FirstAlone(machine, now).Block != RolloutBlock.None;

    /// <summary>From when on a wave is open; it always is if it opens with the release.</summary>
    public long Opens(RolloutWave wave) => wave.After == TimeSpan.Zero
        ? long.MinValue
        : _release!.StartedAt.ToUnixTimeSeconds() + Seconds(wave.After) + Seconds(Standing.HeldFor);

    private (RolloutBlock Block, long Until) At(in RolloutQuestion question, long now)
    {
        RolloutMachine machine = question.Machine;
        RolloutBlock fixedBlock = Fixed(question);
        if (fixedBlock != RolloutBlock.None)
            return (fixedBlock, Never);
        if (machine.Override?.IsPassing == true)
            return default;
        if (question.IsSameStep && machine.State == RolloutState.Installed && IsWithinTimeout(machine, now))
            return (RolloutBlock.Installed, machine.Since.ToUnixTimeSeconds() + _timeout);
        if (!question.IsOnDemand)
        {
            long opens = WaveOpens(machine.Id);
            if (now < opens)
                return (RolloutBlock.Wave, opens);
            opens = _calendar.OpenFrom(now);
            if (now < opens)
                return (RolloutBlock.Window, opens);
        }

        (RolloutBlock first, long firstUntil) = FirstAlone(machine, now);
        return first != RolloutBlock.None ? (first, firstUntil) : Limits(machine, now);
    }

    // What only an operator changes.
    private RolloutBlock Fixed(in RolloutQuestion question)
    {
        RolloutMachine machine = question.Machine;
        if (machine.Override?.IsExempt == true)
            return RolloutBlock.Exempt;
        if (machine.Override?.IsDespiteStop != true)
        {
            if (!_policy.IsEnabled)
                return RolloutBlock.Disabled;
            // What stands of the group's release says nothing of the version that a machine is pinned to.
            bool isRelease = question.Release.Id == _release?.Id;
            if (isRelease && Standing.PausedAt is not null)
                return RolloutBlock.Paused;
            if (isRelease && Standing.Stop is not null)
                return RolloutBlock.Stopped;
        }

        // Else a machine would take the version again that its own health checks found bad, and again.
        bool wentBack = machine.Outcome == RolloutOutcome.RolledBack && machine.OutcomeRound == Standing.Round
            && machine.ReleaseId == question.Release.Id;
        return wentBack && machine.Override?.IsForced != true ? RolloutBlock.RolledBack : RolloutBlock.None;
    }

    private long WaveOpens(string machineId)
    {
        if (_policy.Waves.Count == 0)
            return long.MinValue;
        double share = WaveShare.Of(machineId, _release!.Id);
        foreach (RolloutWave wave in _policy.Waves)
        {
            if (share < wave.Percent)
                return Opens(wave);
        }

        return Never;
    }

    private (RolloutBlock Block, long Until) FirstAlone(RolloutMachine machine, long now)
    {
        if (!_policy.IsFirstAlone || Standing.IsFirstPassed || _release is null)
            return default;
        // Somebody has installed it and has not shown that it runs: the first one, or one whose place was given away.
        bool isOwn = machine.State == RolloutState.Installed && machine.ReleaseId == _release.Id;
        if (_tally.Waiting > (isOwn ? 1 : 0))
            return (RolloutBlock.FirstAlone, Never);
        if (First is null || First.Id == machine.Id || First.ReleaseId != _release.Id)
            return default;
        bool isOnWay = First.IsAtWork
            || (First.State == RolloutState.Complete && First.Outcome != RolloutOutcome.Succeeded);
        return isOnWay && IsWithinTimeout(First, now)
            ? (RolloutBlock.FirstAlone, First.Since.ToUnixTimeSeconds() + _timeout)
            : default;
    }

    private (RolloutBlock Block, long Until) Limits(RolloutMachine machine, long now)
    {
        if (_policy.MaxPerPeriod is { } inPeriod && !IsInPeriod(machine, now) && _tally.InPeriod(now) >= inPeriod)
            return (RolloutBlock.Period, _tally.PeriodHasRoom(inPeriod, now));
        if (_policy.MaxAtATime is { } atATime && !IsAtWork(machine, now) && _tally.AtWork(now) >= atATime)
            return (RolloutBlock.AtATime, _tally.WorkHasRoom(atATime, now));
        return default;
    }

    private bool IsWithinTimeout(RolloutMachine machine, long now) =>
        IsNear(machine.Since.ToUnixTimeSeconds(), _timeout, now);

    // As TimeCounts has it.
    private static bool IsNear(long second, long span, long now) => second < now + span && second > now - span;

    private static long Seconds(TimeSpan span) => span.Ticks / TimeSpan.TicksPerSecond;
}
