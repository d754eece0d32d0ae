using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>
/// The configurations in the log. Invariant: sorted by index, never empty; the first one was in force at the log's
/// base. A member uses the last one whether or not it is committed (Raft §6), so a truncated log falls back to the one
/// before.
/// </summary>
internal sealed class ConfigurationHistory
{
    private readonly List<(LogIndex Index, Configuration Configuration)> _items = [];

    public ConfigurationHistory(LogIndex index, Configuration configuration) => _items.Add((index, configuration));

    /// <summary>The configuration in force.</summary>
    public Configuration Current => _items[^1].Configuration;

    /// <summary>Where the configuration in force stands in the log.</summary>
    public LogIndex CurrentIndex => _items[^1].Index;

    /// <summary>The configuration in force at an index at or after the log's base.</summary>
    public Configuration At(LogIndex index)
    {
        int at = _items.Count - 1;
        while (at > 0 && _items[at].Index > index)
            at--;
        return _items[at].Configuration;
    }

    public void Add(LogIndex index, Configuration configuration)
    {
        Invariant.That(index > CurrentIndex, "configurations enter the log in order");
        _items.Add((index, configuration));
    }

    /// <summary>Forgets what stood at <paramref name="index"/> and after it; true if that was in force.</summary>
    public bool TruncateFrom(LogIndex index)
    {
        int before = _items.Count;
        while (_items.Count > 1 && CurrentIndex >= index)
            _items.RemoveAt(_items.Count - 1);
        return _items.Count != before;
    }

    /// <summary>Forgets what is not needed once the log starts after <paramref name="index"/>.</summary>
    public void CompactTo(LogIndex index)
    {
        while (_items.Count > 1 && _items[1].Index <= index)
            _items.RemoveAt(0);
    }

    public void Reset(LogIndex index, Configuration configuration)
    {
        _items.Clear();
        _items.Add((index, configuration));
    }
}
