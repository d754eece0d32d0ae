namespace CoreNode.Units.Scheduling;

/// <summary>
/// How many units of one machine a pattern matches, and how many name it: tells in a few comparisons whether a unit
/// conflicts with any that is there. Machines have few patterns, so a plain array is searched.
/// </summary>
internal sealed class PatternCounts
{
    private int[] _ids = [];
    private int[] _counts = [];
    private int _length;

    /// <summary>Units there that the pattern matches.</summary>
    public int Matched(int pattern) => Count(pattern, 0);

    /// <summary>Units there that name it in Conflicts=.</summary>
    public int Conflicting(int pattern) => Count(pattern, 1);

    /// <summary>Units there that name it in Replaces=.</summary>
    public int Replacing(int pattern) => Count(pattern, 2);

    /// <summary>A unit came (1) or went (-1).</summary>
    public void Add(ScheduledUnit unit, int delta)
    {
        AddMatched(unit.MatchedBy, delta);
        foreach (int pattern in unit.Conflicts)
            Add(pattern, 1, delta);
        foreach (int pattern in unit.Replaces)
            Add(pattern, 2, delta);
    }

    /// <summary>These patterns match a unit that is there.</summary>
    public void AddMatched(int[] patterns, int delta)
    {
        foreach (int pattern in patterns)
            Add(pattern, 0, delta);
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => _length = 0;

    private int Count(int pattern, int kind)
    {
        int at = _ids.AsSpan(0, _length).IndexOf(pattern);
        return at < 0 ? 0 : _counts[(3 * at) + kind];
    }

    private void Add(int pattern, int kind, int delta)
    {
        int at = _ids.AsSpan(0, _length).IndexOf(pattern);
        if (at < 0)
        {
            at = _length++;
            if (at == _ids.Length)
            {
                Array.Resize(ref _ids, Math.Max(4, 2 * at));
                Array.Resize(ref _counts, 3 * _ids.Length);
            }

            _ids[at] = pattern;
            _counts.AsSpan(3 * at, 3).Clear();
        }

        Span<int> counts = _counts.AsSpan(3 * at, 3);
        counts[kind] += delta;
        if ((counts[0] | counts[1] | counts[2]) != 0)
            return;
        _length--;
        _ids[at] = _ids[_length];
        _counts.AsSpan(3 * _length, 3).CopyTo(counts);
    }
}
