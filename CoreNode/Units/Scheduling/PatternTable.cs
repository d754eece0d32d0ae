namespace CoreNode.Units.Scheduling;

/// <summary>
/// All patterns that units name, each once. Which patterns match a unit is found out once for the unit and once for the
/// pattern, whichever comes later, so that nothing is matched while units are placed.
/// </summary>
internal sealed class PatternTable(long serial)
{
    private const int FewUnused = 1000;

    private readonly Dictionary<string, NamePattern> _byText = [];
    private readonly PatternIndex _all = new();
    private readonly List<NamePattern> _found = [];
    private PatternIndex? _fresh;
    private long _serial = serial;
    private int _unused;

    /// <summary>True once so many patterns are named by nobody that a new table is worth the work.</summary>
    public bool IsMostlyUnused => _unused > FewUnused && _unused > _byText.Count / 2;

    /// <summary>The last number that <see cref="NextSerial"/> gave.</summary>
    public long Serial => _serial;

    /// <summary>A number that is higher than that of all units and patterns before.</summary>
    public long NextSerial() => ++_serial;

    /// <summary>The numbers of patterns that a unit names, each once.</summary>
    public int[] Take(IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
            return [];
        List<int> ids = new(texts.Count);
        foreach (string text in texts)
        {
            if (!_byText.TryGetValue(text, out NamePattern? pattern))
            {
                pattern = new NamePattern(text, _byText.Count, NextSerial());
                _byText.Add(text, pattern);
                _all.Add(pattern);
                _fresh ??= new PatternIndex();
                _fresh.Add(pattern);
                _unused++;
            }

            if (ids.Contains(pattern.Id))
                continue;
            ids.Add(pattern.Id);
            if (pattern.Users++ == 0)
                _unused--;
        }

        return [.. ids];
    }

    /// <summary>A unit no longer names them.</summary>
    public void GiveBack(IReadOnlyList<string> texts)
    {
        for (int i = 0; i < texts.Count; i++)
        {
            // Each is counted once for a unit, however often its file has it.
            if (IndexOf(texts, texts[i]) == i && --_byText[texts[i]].Users == 0)
                _unused++;
        }
    }

    /// <summary>The numbers of all patterns that match a new name.</summary>
    public int[] Matching(string name)
    {
        _found.Clear();
        _all.Match(name, _found);
        return Ids(_found, 0);
    }

    /// <summary>
    /// Compares all units with the patterns that came after them, and says for each which of those match.
    /// </summary>
    public void Resolve(Dictionary<string, ScheduledUnit> units, Action<ScheduledUnit, int[]> matched)
    {
        if (_fresh is not { } fresh)
            return;
        _fresh = null;
        if (!fresh.HasGlobs)
        {
            foreach (NamePattern literal in fresh.Literals)
            {
                if (units.TryGetValue(literal.Text, out ScheduledUnit? unit) && unit.Serial < literal.Serial)
                    matched(unit, [literal.Id]);
            }

            return;
        }

        foreach (ScheduledUnit unit in units.Values)
        {
            _found.Clear();
            fresh.Match(unit.Name, _found);
            if (_found.Count > 0 && Ids(_found, unit.Serial) is { Length: > 0 } ids)
                matched(unit, ids);
        }
    }

    /// <summary>All units have been compared with all patterns.</summary>
    public void ForgetFresh() => _fresh = null;

    private static int[] Ids(List<NamePattern> patterns, long after)
    {
        int count = 0;
        foreach (NamePattern pattern in patterns)
            count += pattern.Serial > after ? 1 : 0;
        if (count == 0)
            return [];
        int[] ids = new int[count];
        foreach (NamePattern pattern in patterns)
        {
            if (pattern.Serial > after)
                ids[--count] = pattern.Id;
        }

        return ids;
    }

    private static int IndexOf(IReadOnlyList<string> texts, string text)
    {
        int i = 0;
        while (texts[i] != text)
            i++;
        return i;
    }
}
