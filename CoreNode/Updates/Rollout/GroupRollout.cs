namespace CoreNode.Updates.Rollout;

/// <summary>
/// The rollout of one group: decides what each machine that asks is told, and counts. Owned by one thread; no I/O and
/// no clock. Everything that it counts follows from the machines, the release and the standing, so one that is made
/// anew from what is kept durably (after a restart, a new policy, a new release) is the same as the one before.
/// </summary>
/// <remarks>
/// For each request of a machine, in this order: <see cref="On"/> for each event, then for a check <see cref="Check"/>.
/// What they return is to be durable before the machine is answered.
/// </remarks>
public sealed class GroupRollout
{
    /// <summary>From what is kept durably.</summary>
    /// <param name="policy">One that <see cref="PolicyRules"/> finds nothing wrong with.</param>
    /// <param name="zone">The time zone that the policy names.</param>
    /// <param name="release">What the group is to run; null: nothing yet.</param>
    /// <param name="standing">Of that release.</param>
    /// <param name="machines">All of the group.</param>
    public GroupRollout(
        RolloutPolicy policy,
        TimeZoneInfo zone,
        RolloutRelease? release,
        RolloutStanding standing,
        IEnumerable<RolloutMachine> machines);

    /// <summary>How the group gets its updates.</summary>
    public RolloutPolicy Policy { get; }

    /// <summary>What it is to run; null: nothing yet.</summary>
    public RolloutRelease? Release { get; }

    /// <summary>What became of the release so far.</summary>
    public RolloutStanding Standing { get; }

    /// <summary>A machine asks: takes what its version says, decides, and counts what is granted.</summary>
    /// <param name="pinned">
    /// Of a machine that is pinned: the way to that version, null if there is no such package; else null.
    /// </param>
    public (RolloutDecision Decision, RolloutChange Change) Check(
        RolloutMachine machine, RolloutAsk ask, DateTimeOffset now, RolloutRelease? pinned = null);

    /// <summary>What it would be told: changes nothing.</summary>
    public RolloutDecision Decide(
        RolloutMachine machine, RolloutAsk ask, DateTimeOffset now, RolloutRelease? pinned = null);

    /// <summary>A machine tells of its update.</summary>
    public RolloutChange On(RolloutMachine machine, RolloutEvent happened, DateTimeOffset now);

    /// <summary>A machine that is new to the group, or comes from another one.</summary>
    public void Add(RolloutMachine machine);

    /// <summary>A machine that was forgotten, or goes to another group.</summary>
    public void Remove(RolloutMachine machine);

    /// <summary>An operator changed what he wants of a machine, or a clock was put back.</summary>
    public void Replace(RolloutMachine old, RolloutMachine machine);

    /// <summary>For tables and figures.</summary>
    public RolloutCounts Count(DateTimeOffset now);

    /// <summary>Where the waves stand: the share that is open, and when the next one opens.</summary>
    public (double Percent, DateTimeOffset? Next) Wave(DateTimeOffset now);

    /// <summary>An operator holds the release. To be kept durably.</summary>
    public RolloutStanding Pause(string note, DateTimeOffset now);

    /// <summary>An operator lets it go on after a pause or a stop; earlier failures no longer count.</summary>
    public RolloutStanding Resume(DateTimeOffset now);

    /// <summary>
    /// What the passing of time did to a machine: timed out at its work (the same instance: nothing). Limits know it
    /// without; it is for who looks at the machine.
    /// </summary>
    public RolloutMachine Aged(RolloutMachine machine, DateTimeOffset now);

    /// <summary>A machine was silent for so long that it is to be forgotten (then <see cref="Remove"/>).</summary>
    public bool IsVanished(RolloutMachine machine, DateTimeOffset lastSeen, DateTimeOffset now);
}
