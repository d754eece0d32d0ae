using System.Globalization;
using CoreNode.Foundation;

namespace CoreNode.Updates.Rollout;

/// <summary>
/// What a group counts of its machines for one release and round. Each machine adds what follows from its own value and
/// takes the same off again when that changes: counting anew gives the same.
/// </summary>
internal sealed class RolloutTally
{
    private readonly string _releaseId;
    private readonly TimeCounts _grants;
    private readonly TimeCounts _work;

    public RolloutTally(
        RolloutPolicy policy, string releaseId, int round, IEnumerable<RolloutMachine> machines)
    {
        _releaseId = releaseId;
        Round = round;
        List<long> grants = [];
        List<long> work = [];
        foreach (RolloutMachine machine in machines)
        {
            CountOutcome(machine, 1);
            if (machine.ReleaseId.Length > 0)
                grants.Add(machine.GrantedAt.ToUnixTimeSeconds());
            if (machine.IsAtWork)
                work.Add(machine.Since.ToUnixTimeSeconds());
        }

        _grants = new TimeCounts(Seconds(policy.Period), grants);
        _work = new TimeCounts(Seconds(policy.GrantTimeout), work);
    }

    /// <summary>Ends of other rounds are not counted.</summary>
    public int Round { get; private set; }

    public int Machines { get; private set; }

    public int Waiting { get; private set; }

    public int Succeeded { get; private set; }

    public int Failed { get; private set; }

    public int RolledBack { get; private set; }

    public void Add(RolloutMachine machine)
    {
        CountOutcome(machine, 1);
        if (machine.ReleaseId.Length > 0)
            _grants.Add(machine.GrantedAt.ToUnixTimeSeconds());
        if (machine.IsAtWork)
            _work.Add(machine.Since.ToUnixTimeSeconds());
    }

    public void Remove(RolloutMachine machine)
    {
        CountOutcome(machine, -1);
        if (machine.ReleaseId.Length > 0)
            _grants.Remove(machine.GrantedAt.ToUnixTimeSeconds());
        if (machine.IsAtWork)
            _work.Remove(machine.Since.ToUnixTimeSeconds());
    }

    /// <summary>A new round: no machine has ended in it.</summary>
    public void Begin(int round)
    {
        if (round == Round)
            return;
        Round = round;
        Succeeded = 0;
        Failed = 0;
        RolledBack = 0;
    }

    /// <summary>Machines granted one within the period.</summary>
    public int InPeriod(long now) => _grants.Near(now);

    /// <summary>Machines at work that have not timed out.</summary>
    public int AtWork(long now) => _work.Near(now);

    /// <summary>From when on one more may be granted in the period.</summary>
    public long PeriodHasRoom(int limit, long now) => _grants.Below(limit, now);

    /// <summary>From when on one more may be at work, if those that are tell nothing more.</summary>
    public long WorkHasRoom(int limit, long now) => _work.Below(limit, now);

    /// <summary>All that is counted, for comparing.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"round {Round} machines {Machines} waiting {Waiting} succeeded {Succeeded} failed {Failed} rolled back "
        + $"{RolledBack} grants {string.Join(' ', _grants.Describe())} work {string.Join(' ', _work.Describe())}");

    private void CountOutcome(RolloutMachine machine, int change)
    {
        Machines += change;
        if (machine.ReleaseId != _releaseId || _releaseId.Length == 0)
            return;
        if (machine.State == RolloutState.Installed)
            Waiting += change;
        if (machine.OutcomeRound != Round)
            return;
        switch (machine.Outcome)
        {
            case RolloutOutcome.None:
                break;
            case RolloutOutcome.Succeeded:
                Succeeded += change;
                break;
            case RolloutOutcome.Failed:
                Failed += change;
                break;
            case RolloutOutcome.RolledBack:
                RolledBack += change;
                break;
            default:
                Invariant.That(false, "a machine has an outcome that is none");
                break;
        }
    }

    private static long Seconds(TimeSpan span) => span.Ticks / TimeSpan.TicksPerSecond;
}
