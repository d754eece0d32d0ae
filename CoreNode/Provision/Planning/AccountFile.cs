namespace CoreNode.Provision.Planning;

/// <summary>
/// A file of accounts (passwd(5), shadow(5), group(5), gshadow(5)) as lines, edited in place: what is not touched stays
/// as it is, comments, NIS lines and odd ones too.
/// </summary>
internal sealed class AccountFile(string text, int fields)
{
    private readonly List<string> _lines = RawText.Lines(text);
    private bool _isChanged;

    /// <summary>All of it; as it was given while nothing was changed.</summary>
    public string Text => _isChanged ? RawText.Join(_lines) : text;

    /// <summary>True if its text is another than the one given.</summary>
    public bool IsChanged => _isChanged && Text != text;

    /// <summary>Nothing is in it.</summary>
    public bool IsEmpty => _lines.Count == 0;

    /// <summary>The entries in their order.</summary>
    public List<string[]> Entries()
    {
        List<string[]> entries = [];
        foreach (string line in _lines)
        {
            if (Entry(line) is { } entry)
                entries.Add(entry);
        }

        return entries;
    }

    /// <summary>The first entry of that name; null: there is none.</summary>
    public string[]? Find(string name)
    {
        int at = IndexOf(name);
        return at < 0 ? null : Entry(_lines[at]);
    }

    /// <summary>True if a line begins with that name and is no entry, so that nobody knows what it means.</summary>
    public bool IsOdd(string name)
    {
        if (IndexOf(name) >= 0)
            return false;
        foreach (string line in _lines)
        {
            if (line == name || line.StartsWith(name + ":", StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    /// <summary>
    /// The entry of that name becomes this one; a new one is the last, but before NIS lines, which end the search for
    /// some readers.
    /// </summary>
    public void Put(string[] entry)
    {
        string line = string.Join(':', entry);
        int at = IndexOf(entry[0]);
        if (at >= 0)
        {
            _isChanged |= _lines[at] != line;
            _lines[at] = line;
            return;
        }

        int end = _lines.FindIndex(static known => known.StartsWith('+') || known.StartsWith('-'));
        _lines.Insert(end < 0 ? _lines.Count : end, line);
        _isChanged = true;
    }

    /// <summary>No entry of that name is there any more.</summary>
    public void Remove(string name)
    {
        for (int at = IndexOf(name); at >= 0; at = IndexOf(name))
        {
            _lines.RemoveAt(at);
            _isChanged = true;
        }
    }

    private int IndexOf(string name)
    {
        for (int i = 0; i < _lines.Count; i++)
        {
            if (Entry(_lines[i]) is { } entry && entry[0] == name)
                return i;
        }

        return -1;
    }

    private string[]? Entry(string line)
    {
        if (line.Length == 0 || line[0] is '#' or '+' or '-' or ':')
            return null;
        string[] entry = line.Split(':');
        return entry.Length == fields ? entry : null;
    }
}
