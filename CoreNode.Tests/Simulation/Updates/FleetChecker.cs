using CoreNode.Updates.Omaha;
using CoreNode.Updates.Rollout;

namespace CoreNode.Tests.Simulation.Updates;

/// <summary>
/// Judges what the server decided by what it knows of its machines, in the simplest way that there is: it looks at all
/// of them each time. Of large fleets it judges a sample.
/// </summary>
internal sealed class FleetChecker(FleetPlan plan, FleetTally tally, FleetServer server)
{
    // Of each release, who was granted it by the policy and not by an override.
    private readonly HashSet<(string Release, string Machine)> _byPolicy = [];
    private long _checks;

    public long Grants { get; private set; }

    /// <summary>Fails the simulation.</summary>
    public static void Check(bool isTrue, Func<string> what)
    {
        if (!isTrue)
            throw new InvalidOperationException(what());
    }

    /// <summary>Looks at what an event did.</summary>
    public void AfterEvent(FleetGroup group, RolloutMachine before, RolloutChange change)
    {
        bool isOwn = before.ReleaseId.Length > 0;
        Check(
            isOwn || ReferenceEquals(before, change.Machine),
            () => $"{before.Id} was granted nothing and is counted as {change.Machine}");
        AfterChange(group, before, change);
    }

    /// <summary>Looks at what a check was told, before it is durable.</summary>
    public void AfterCheck(
        FleetGroup group, FleetEntry entry, RolloutMachine before, RolloutAsk ask, RolloutDecision decision,
        RolloutChange change, RolloutRelease? pinned, DateTimeOffset now, bool isCrash)
    {
        if (before.Outcome == RolloutOutcome.Succeeded && change.Machine.Outcome == RolloutOutcome.RolledBack)
            tally.Count("a machine goes back without a word");
        AfterChange(group, before, change);
        switch (decision)
        {
            case RolloutDecision.Offer offer:
                Offered(group, before, ask, offer, pinned, now);
                if (!isCrash)
                    Note(entry, offer, now);
                tally.Count($"state: {change.Machine.State}");
                break;
            case RolloutDecision.Hold hold:
                tally.Count($"hold: {hold.Held.Reason}");
                if (hold.Held.Until is not null)
                    tally.Count($"hold with a time: {hold.Held.Reason}");
                if (_checks++ % plan.Sampling == 0)
                {
                    HoldIsTrue(group, change.Machine, ask, hold, pinned);
                    HoldIsRight(group, change.Machine, hold.Held.Reason, now);
                }

                break;
            case RolloutDecision.UpToDate:
                Check(
                    before.Override?.PinnedVersion is not null
                    || VersionOrder.Compare(ask.Version, group.Started!.Version) >= 0,
                    () => $"{before.Id} runs {ask.Version} and is told that it is up to date");
                break;
            case RolloutDecision.Refuse:
                tally.Count("a request is refused");
                break;
            default:
                throw new InvalidOperationException($"{decision} is no decision");
        }
    }

    private void AfterChange(FleetGroup group, RolloutMachine before, RolloutChange change)
    {
        if (before.Override?.IsForced == true && change.Machine.Override?.IsForced != true)
            tally.Count("a forced machine ends");
        if (before.State != change.Machine.State)
            tally.Count($"state: {change.Machine.State}");
        if (change.IsFirstPassed && group.Policy.IsFirstAlone)
            tally.Count("the first machine passes");
        if (group.Started is null || change.Machine.ReleaseId != group.Started.Id
            || change.Machine.Outcome is RolloutOutcome.None or RolloutOutcome.Succeeded)
            return;
        // Only an end can stop: not that a machine with one comes from another group.
        bool isEnd = before.Outcome != change.Machine.Outcome || before.OutcomeRound != change.Machine.OutcomeRound
            || before.ReleaseId != change.Machine.ReleaseId;
        if (!isEnd || (plan.Sampling > 1 && !change.IsStopped))
            return;
        // The server counts this machine's new value already; what is durable has the old one.
        int failed = 0;
        int succeeded = 0;
        int round = group.Rollout.Standing.Round;
        foreach (RolloutMachine other in server.MachinesOf(group.Index))
        {
            RolloutMachine machine = other.Id == before.Id ? change.Machine : other;
            if (machine.ReleaseId != group.Started.Id || machine.OutcomeRound != round)
                continue;
            failed += machine.Outcome is RolloutOutcome.Failed or RolloutOutcome.RolledBack ? 1 : 0;
            succeeded += machine.Outcome == RolloutOutcome.Succeeded ? 1 : 0;
        }

        StopIsRight(group, change, failed, succeeded);
    }

    private void StopIsRight(FleetGroup group, RolloutChange change, int failed, int succeeded)
    {
        ErrorStop? rule = group.Policy.ErrorStop;
        bool isDue = rule is not null && failed >= rule.AtLeast && failed > rule.Share * (failed + succeeded);
        RolloutStop? stop = group.Rollout.Standing.Stop;
        Check(!isDue || stop is not null, () => $"{failed} failed, {succeeded} did not, and nothing stops");
        if (!change.IsStopped)
            return;
        bool isFirst = stop!.Reason.Contains("went first", StringComparison.Ordinal);
        Check(isFirst || isDue, () => $"{failed} failed, {succeeded} did not, and it stops");
        tally.Count(isFirst ? "stopped by the first machine" : "stopped by the share of failures");
        // One failure less was not too much.
        Check(
            isFirst || failed <= server.Moves + Math.Max(rule!.AtLeast, (int)(rule.Share * stop.Ended) + 1),
            () => $"it stops at {failed} failures of {stop.Ended}, late by its rule {rule}");
        group.IsStopped = true;
    }

    private void Offered(
        FleetGroup group, RolloutMachine before, RolloutAsk ask, RolloutDecision.Offer offer,
        RolloutRelease? pinned, DateTimeOffset now)
    {
        Grants += offer.IsNew ? 1 : 0;
        tally.Count(offer.IsNew ? $"grant: {offer.Why}" : "the same is offered again");
        if (offer.Steps.Count > 1)
            tally.Count("several steps in one answer");
        bool isPinned = before.Override?.PinnedVersion is not null;
        FleetRelease release = plan.Releases.Single(r => r.Version == offer.Steps[^1].Version
            || r.Version == (pinned ?? group.Started)!.Version);
        FloorsAreThere(release, ask, offer);
        bool isDespite = before.Override?.IsDespiteStop == true;
        bool isRelease = offer.ReleaseId == group.Started?.Id;
        Check(
            isDespite || !isRelease || (!group.IsStopped && group.Standing.PausedAt is null),
            () => $"{before.Id} is offered {release.Version} though it is stopped or paused");
        Check(group.Policy.IsEnabled || isDespite, () => $"{before.Id} is offered something by a group switched off");
        if (isPinned && !isRelease && group.IsStopped)
            tally.Count("the error stop is passed by a pin");
        Check(
            isPinned || VersionOrder.Compare(offer.Steps[0].Version, ask.Version) > 0,
            () => $"{before.Id} runs {ask.Version} and is offered {offer.Steps[0].Version}");
        if (offer.Why != GrantKind.Override)
        {
            if (offer.Why == GrantKind.Policy)
                IsItsTurn(group, before, now);
            if (offer.IsNew && Grants % plan.Sampling == 0)
                LimitsAreKept(group, before, now);
        }
    }

    private void Note(FleetEntry entry, RolloutDecision.Offer offer, DateTimeOffset now)
    {
        if (offer.Why != GrantKind.Override)
            _byPolicy.Add((offer.ReleaseId, entry.Machine.Id));
        else
            _byPolicy.Remove((offer.ReleaseId, entry.Machine.Id));
        if (offer.IsNew)
            entry.Granted = now.ToUnixTimeSeconds();
    }

    private void FloorsAreThere(FleetRelease release, RolloutAsk ask, RolloutDecision.Offer offer)
    {
        List<string> way = [.. release.Floors.Where(f => VersionOrder.Compare(f, ask.Version) > 0), release.Version];
        if (VersionOrder.Compare(ask.Version, release.Version) >= 0)
            way = [release.Version];
        IEnumerable<string> expected = ask.TakesSteps ? way : way.Take(1);
        Check(
            offer.Steps.Select(s => s.Version).SequenceEqual(expected),
            () => $"from {ask.Version} the way is {string.Join(", ", expected)} and not "
                + string.Join(", ", offer.Steps.Select(s => s.Version)));
        if (offer.Steps[0].IsFloor)
            tally.Count("a floor is installed");
    }

    // Nobody is held by what does not hold.
    private void HoldIsRight(FleetGroup group, RolloutMachine machine, string reason, DateTimeOffset now)
    {
        RolloutPolicy policy = group.Policy;
        IEnumerable<FleetEntry> others = server.EntriesOf(group.Index).Where(e => e.Machine.Id != machine.Id);
        bool isRight = reason switch
        {
            HoldReasons.ErrorStop => group.IsStopped,
            HoldReasons.Wave => WaveShare.Of(machine.Id, group.Started!.Id) >= OpenPercent(group, now),
            HoldReasons.Window => !group.Windows.IsOpen(now),
            HoldReasons.FirstAlone => policy.IsFirstAlone && !group.Standing.IsFirstPassed
                && others.Any(e => e.Machine.ReleaseId == group.Started!.Id && IsOnItsWay(e.Machine, policy, now)),
            HoldReasons.RateLimit => others.Count(e => WasGranted(e, policy, now)) >= policy.MaxPerPeriod,
            HoldReasons.Concurrency => others.Count(e => IsAtWork(e.Machine, policy, now)) >= policy.MaxAtATime,
            HoldReasons.RolledBack => machine.Outcome == RolloutOutcome.RolledBack,
            _ => true,
        };
        Check(isRight, () => $"{machine.Id} is held by {reason}, which does not hold ({machine})");
    }

    // It may have got to a floor, and not to the target.
    private static bool IsOnItsWay(RolloutMachine machine, RolloutPolicy policy, DateTimeOffset now) =>
        machine.State == RolloutState.Installed || IsAtWork(machine, policy, now)
        || (machine.State == RolloutState.Complete && machine.Outcome != RolloutOutcome.Succeeded
            && (now - machine.Since).Duration() < policy.GrantTimeout);

    private static double OpenPercent(FleetGroup group, DateTimeOffset now)
    {
        TimeSpan passed = now - group.Started!.StartedAt - group.Standing.HeldFor;
        return group.Policy.Waves
            .Where(w => w.After <= passed || w.After == TimeSpan.Zero).Select(static w => w.Percent)
            .DefaultIfEmpty(0).Max();
    }

    // In its wave, and in a window.
    private void IsItsTurn(FleetGroup group, RolloutMachine machine, DateTimeOffset now)
    {
        Check(group.Windows.IsOpen(now), () => $"{machine.Id} is granted an update at {now:u}, outside of the windows");
        if (group.Policy.Windows.Count > 0)
        {
            tally.Count("a grant in a window");
            if (plan.Zone.GetUtcOffset(now.AddHours(-12)) != plan.Zone.GetUtcOffset(now.AddHours(12)))
                tally.Count("a grant in a window of a day on which clocks change");
        }

        if (group.Policy.Waves.Count == 0)
            return;
        double percent = OpenPercent(group, now);
        double share = WaveShare.Of(machine.Id, group.Started!.Id);
        Check(share < percent, () => $"{machine.Id} at {share} is granted an update of the wave of {percent} %");
        if (share >= group.Policy.Waves[0].Percent)
            tally.Count("a wave opens late");
    }

    // One that is counted already adds nothing: overrides may have made more than the limit of them.
    private void LimitsAreKept(FleetGroup group, RolloutMachine machine, DateTimeOffset now)
    {
        FleetEntry own = server.Machines[machine.Id];
        RolloutPolicy policy = group.Policy;
        int atWork = 0;
        int inPeriod = 0;
        foreach (FleetEntry entry in server.EntriesOf(group.Index))
        {
            RolloutMachine other = entry.Machine;
            bool isAtWork = IsAtWork(other, policy, now);
            atWork += isAtWork ? 1 : 0;
            inPeriod += WasGranted(entry, policy, now) ? 1 : 0;
            bool isFirst = policy.IsFirstAlone && !group.Standing.IsFirstPassed && other.Id != machine.Id
                && other.ReleaseId == group.Started!.Id
                && (other.State == RolloutState.Installed
                    || (isAtWork && _byPolicy.Contains((group.Started.Id, other.Id))));
            Check(!isFirst, () => $"{machine.Id} is granted an update while {other.Id} goes first ({other})");
        }

        Check(
            IsAtWork(machine, policy, now) || atWork < (policy.MaxAtATime ?? int.MaxValue),
            () => $"{machine.Id} is granted an update while {atWork} are at work, {policy.MaxAtATime} may be");
        Check(
            WasGranted(own, policy, now) || inPeriod < (policy.MaxPerPeriod ?? int.MaxValue),
            () => $"{machine.Id} is granted an update, {inPeriod} others in {policy.Period}, "
                + $"{policy.MaxPerPeriod} may");
    }

    private static bool IsAtWork(RolloutMachine machine, RolloutPolicy policy, DateTimeOffset now) =>
        machine.State is RolloutState.Granted or RolloutState.Downloading or RolloutState.Downloaded
        && (now - machine.Since).Duration() < policy.GrantTimeout;

    private static bool WasGranted(FleetEntry entry, RolloutPolicy policy, DateTimeOffset now) =>
        entry.Granted is { } at && Math.Abs(now.ToUnixTimeSeconds() - at) < (long)policy.Period.TotalSeconds;

    // If nothing else happens it is held until then, and no longer.
    private void HoldIsTrue(
        FleetGroup group, RolloutMachine machine, RolloutAsk ask, RolloutDecision.Hold hold, RolloutRelease? pinned)
    {
        if (hold.Held.Until is not { } until)
            return;
        if (plan.Bug == FleetBug.LateTimes)
            until += TimeSpan.FromHours(1);
        RolloutDecision then = group.Rollout.Decide(machine, ask, until, pinned);
        Check(then is RolloutDecision.Offer, () => $"{machine.Id} is held until {until:u} ({hold}) and then {then}");
        RolloutDecision before = group.Rollout.Decide(machine, ask, until.AddSeconds(-1), pinned);
        Check(before is RolloutDecision.Hold, () => $"{machine.Id} is held until {until:u} and before that {before}");
    }
}
