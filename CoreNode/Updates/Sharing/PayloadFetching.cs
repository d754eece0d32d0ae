namespace CoreNode.Updates.Sharing;

/// <summary>What this node learned while it fetches one payload. Any thread.</summary>
internal sealed class PayloadFetching
{
    private const int MostDoublings = 5;

    private readonly Lock _gate = new(); // all that changes
    private readonly Dictionary<string, int> _failures = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KeeperMark> _marks = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private IReadOnlyList<Keeper> _known = [];
    private long _fedAt;
    private bool _isStoreThere = true;

    public PayloadFetching(string sha256, double share, TimeProvider time)
    {
        (Sha256, Share, _time) = (sha256, share, time);
        _fedAt = time.GetTimestamp();
    }

    /// <summary>The payload.</summary>
    public string Sha256 { get; }

    /// <summary>This node's number in [0, 1) for it.</summary>
    public double Share { get; }

    /// <summary>False once keeping it has failed here. Changed by who asks.</summary>
    public bool MayKeep { get; set; } = true;

    /// <summary>Times in a row that it could not become a keeper. Changed by who asks.</summary>
    public int LostClaims { get; set; }

    /// <summary>Where the last piece came from; null before the first. Changed by who asks.</summary>
    public ShareOrigin? LastOrigin { get; set; }

    /// <summary>The machine that sent it, if one did.</summary>
    public string LastMachine { get; set; } = "";

    /// <summary>How long nothing has come from anywhere.</summary>
    public TimeSpan Waited
    {
        get
        {
            lock (_gate)
                return _time.GetElapsedTime(_fedAt);
        }
    }

    /// <summary>The own update begins to fetch, the first time or again.</summary>
    public void Begin()
    {
        (MayKeep, LostClaims, LastOrigin) = (true, 0, null);
        Feed();
    }

    /// <summary>Bytes came, or are about to.</summary>
    /// <param name="machine">From that machine; empty: from elsewhere.</param>
    public void Feed(string machine = "")
    {
        lock (_gate)
        {
            _fedAt = _time.GetTimestamp();
            if (machine.Length > 0)
                _failures.Remove(machine);
        }
    }

    /// <summary>
    /// How a keeper did; it counts for that long, twice as long with each time that it is out in a row. A wrong one
    /// stays wrong.
    /// </summary>
    public void Mark(string machine, KeeperState state, TimeSpan time)
    {
        lock (_gate)
        {
            if (state == KeeperState.Out)
            {
                int failures = _failures.GetValueOrDefault(machine);
                _failures[machine] = Math.Min(failures + 1, MostDoublings);
                time *= 1 << failures;
            }

            bool isWrong = _marks.GetValueOrDefault(machine) is { State: KeeperState.Wrong };
            if (!isWrong)
                _marks[machine] = new KeeperMark(state, _time.GetTimestamp(), time);
        }
    }

    /// <summary>What the store says; null if it says nothing: then what it said before counts.</summary>
    public void Learn(IReadOnlyList<Keeper>? keepers)
    {
        lock (_gate)
        {
            _isStoreThere = keepers is not null;
            _known = keepers ?? _known;
        }
    }

    /// <summary>The facts about others.</summary>
    /// <param name="self">This machine, which is none of them.</param>
    /// <param name="facts">The facts about this one.</param>
    public SourceFacts Complete(string self, SourceFacts facts)
    {
        lock (_gate)
        {
            List<KeeperStanding> others = [];
            bool[] isTaken = new bool[KeeperKeys.MostSlots];
            foreach (Keeper keeper in _known)
            {
                isTaken[keeper.Slot] = true;
                if (keeper.Machine != self)
                    others.Add(new KeeperStanding(keeper, StateOf(keeper.Machine)));
            }

            List<int> free = [];
            for (int slot = 0; slot < isTaken.Length; slot++)
            {
                if (!isTaken[slot])
                    free.Add(slot);
            }

            return facts with
            {
                IsStoreThere = _isStoreThere,
                Keepers = others,
                FreeSlots = free,
                IsAtServer = LastOrigin == ShareOrigin.Server,
                Waited = _time.GetElapsedTime(_fedAt),
                Share = Share,
            };
        }
    }

    /// <summary>The own key, if there is one.</summary>
    public Keeper? Own(string self)
    {
        lock (_gate)
        {
            foreach (Keeper keeper in _known)
            {
                if (keeper.Machine == self)
                    return keeper;
            }

            return null;
        }
    }

    // Under the lock.
    private KeeperState StateOf(string machine)
    {
        if (_marks.GetValueOrDefault(machine) is not { } mark)
            return KeeperState.Good;
        bool isStill = mark.State == KeeperState.Wrong || _time.GetElapsedTime(mark.At) < mark.Time;
        return isStill ? mark.State : KeeperState.Good;
    }

    private sealed record KeeperMark(KeeperState State, long At, TimeSpan Time);
}
