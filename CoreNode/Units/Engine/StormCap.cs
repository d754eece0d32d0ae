namespace CoreNode.Units.Engine;

/// <summary>
/// Which lost machines are emptied now. At most a quarter of the machines, and at least one, in a minute; and none
/// while more than half are missing, for then it is rather the deciding node that is cut off. A machine that people
/// asked to drain is emptied in any case and counts for nothing. Pure.
/// </summary>
internal sealed class StormCap
{
    private readonly Dictionary<string, string> _held = new(StringComparer.Ordinal);
    private bool _isFull;

    /// <summary>Machines to be emptied, in order of their ids.</summary>
    public List<string> Emptied { get; } = [];

    /// <summary>Lost machines that stay for now, and why.</summary>
    public IReadOnlyDictionary<string, string> Held => _held;

    /// <summary>What is to be remembered: which machines were emptied of late, and since when.</summary>
    public Dictionary<string, DateTimeOffset> Remembered { get; } = new(StringComparer.Ordinal);

    /// <summary>When more may be emptied; null: this does not depend on time.</summary>
    public DateTimeOffset? LookAgain { get; private set; }

    /// <summary>Decides.</summary>
    /// <param name="registered">All registered machines.</param>
    /// <param name="lost">Those of them whose lease is over, in order.</param>
    /// <param name="asked">Those that people asked to drain.</param>
    /// <param name="emptied">What was remembered before.</param>
    /// <param name="now">Now.</param>
    /// <param name="window">The minute.</param>
    public static StormCap Decide(
        IReadOnlySet<string> registered,
        IReadOnlyList<string> lost,
        IReadOnlySet<string> asked,
        IReadOnlyDictionary<string, DateTimeOffset> emptied,
        DateTimeOffset now,
        TimeSpan window)
    {
        StormCap cap = new();
        int total = registered.Count;
        int missing = 0;
        foreach ((string machine, DateTimeOffset at) in emptied)
        {
            if (now - at >= window)
                continue;
            cap.Remembered[machine] = at;
            if (registered.Contains(machine))
                continue;
            total++;
            missing++;
        }

        missing += CountUnasked(lost, asked);
        int limit = Math.Max(1, total / 4);
        foreach (string machine in lost)
            cap.Judge(machine, asked.Contains(machine), missing, total, limit, now);
        if (cap._isFull)
            cap.LookAgain = cap.Oldest() + window;
        return cap;
    }

    private static int CountUnasked(IReadOnlyList<string> lost, IReadOnlySet<string> asked)
    {
        int count = 0;
        foreach (string machine in lost)
            count += asked.Contains(machine) ? 0 : 1;
        return count;
    }

    private DateTimeOffset Oldest()
    {
        DateTimeOffset oldest = DateTimeOffset.MaxValue;
        foreach (DateTimeOffset at in Remembered.Values)
            oldest = at < oldest ? at : oldest;
        return oldest;
    }

    private void Judge(string machine, bool isAsked, int missing, int total, int limit, DateTimeOffset now)
    {
        if (isAsked)
        {
            Emptied.Add(machine);
        }
        else if (missing * 2 > total)
        {
            _held[machine] = $"machine {machine} is lost, but more than half of the machines are missing, so it is "
                + $"rather the leader that is cut off; corenode machine drain {machine} gives its units away";
        }
        else if (Remembered.ContainsKey(machine))
        {
            // It may have been back meanwhile: then this is another time, and the minute begins anew.
            Remembered[machine] = now;
            Emptied.Add(machine);
        }
        else if (Remembered.Count < limit)
        {
            Remembered[machine] = now;
            Emptied.Add(machine);
        }
        else
        {
            _isFull = true;
            _held[machine] = $"machine {machine} is lost and keeps its units for now: at most a quarter of the "
                + $"machines is emptied a minute; corenode machine drain {machine} gives its units away at once";
        }
    }
}
