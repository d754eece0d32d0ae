namespace CoreNode.Units.Scheduling;

/// <summary>
/// Finds which of many patterns match a name, looking only at those that begin like it: plain names and the literal
/// beginnings of globs stand in a table each.
/// </summary>
internal sealed class PatternIndex
{
    private readonly Dictionary<string, NamePattern> _literals = [];
    private readonly Dictionary<string, List<NamePattern>> _globs = [];
    private readonly SortedSet<int> _prefixLengths = [];

    /// <summary>True if names must be compared with globs, too, and not only looked up.</summary>
    public bool HasGlobs => _globs.Count > 0;

    public IReadOnlyCollection<NamePattern> Literals => _literals.Values;

    public void Add(NamePattern pattern)
    {
        if (pattern.IsLiteral)
        {
            _literals[pattern.Text] = pattern;
            return;
        }

        if (!_globs.TryGetValue(pattern.Prefix, out List<NamePattern>? same))
        {
            _globs[pattern.Prefix] = same = [];
            _prefixLengths.Add(pattern.Prefix.Length);
        }

        same.Add(pattern);
    }

    /// <summary>Adds the numbers of all patterns that match a name.</summary>
    public void Match(string name, List<NamePattern> found)
    {
        if (_literals.TryGetValue(name, out NamePattern? literal))
            found.Add(literal);
        if (_globs.Count == 0)
            return;
        Dictionary<string, List<NamePattern>>.AlternateLookup<ReadOnlySpan<char>> globs =
            _globs.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (int length in _prefixLengths)
        {
            if (length > name.Length)
                return;
            if (!globs.TryGetValue(name.AsSpan(0, length), out List<NamePattern>? same))
                continue;
            foreach (NamePattern pattern in same)
            {
                if (pattern.Matches(name))
                    found.Add(pattern);
            }
        }
    }
}
