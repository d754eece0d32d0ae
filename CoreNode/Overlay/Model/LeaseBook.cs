using CoreNode.Foundation;

namespace CoreNode.Overlay.Model;

/// <summary>
/// The leases of a network as far as they are known: a listing and every change after it. What is older than what is
/// known of a key changes nothing, so answers to own writes and the watch may come in any order. One owner.
/// </summary>
public sealed class LeaseBook
{
    private readonly SortedDictionary<string, LeaseEntry> _entries = new(StringComparer.Ordinal);

    // When a key that is not there any more was removed: an older write of it may still be on its way here.
    private readonly Dictionary<string, StoredLease> _removed = new(StringComparer.Ordinal);

    /// <summary>True once there was a listing.</summary>
    public bool IsListed { get; private set; }

    /// <summary>What was told in order is as new as this; answers to own writes may be newer.</summary>
    public StoreIndex Index { get; private set; }

    /// <summary>All entries by name.</summary>
    public IReadOnlyCollection<LeaseEntry> Entries => _entries.Values;

    /// <summary>An entry; null where there is none.</summary>
    public LeaseEntry? Find(string name) => _entries.GetValueOrDefault(name);

    /// <summary>
    /// A complete listing. What it lacks is gone, unless that was written after it. One that is older than what is
    /// known comes from a store that was set back, and counts.
    /// </summary>
    public void List(IReadOnlyList<StoredLease> leases, StoreIndex index)
    {
        bool isSetBack = index < Index;
        HashSet<string> names = new(StringComparer.Ordinal);
        if (isSetBack)
            _removed.Clear();
        foreach (StoredLease lease in leases)
        {
            names.Add(lease.Name);
            Put(lease, isSetBack);
        }

        List<string> gone = [];
        foreach (LeaseEntry entry in _entries.Values)
        {
            if (!names.Contains(entry.Name) && (isSetBack || entry.Stored.Modified <= index))
                gone.Add(entry.Name);
        }

        foreach (string name in gone)
            _entries.Remove(name);
        IsListed = true;
        Index = index;
    }

    /// <summary>Everything up to an index was told.</summary>
    public void Follow(StoreIndex index) => Index = index > Index ? index : Index;

    /// <summary>A lease was written.</summary>
    public void Put(StoredLease lease) => Put(lease, false);

    /// <summary>A lease was removed, or expired.</summary>
    public void Remove(string name, StoreIndex index)
    {
        if (_entries.TryGetValue(name, out LeaseEntry? entry) && entry.Stored.Modified <= index)
            _entries.Remove(name);
        if (!_entries.ContainsKey(name))
            _removed[name] = new StoredLease(name, "", index, index, null);
        if (_removed.Count > 1000)
            _removed.Clear();
    }

    private void Put(StoredLease lease, bool isSetBack)
    {
        if (_removed.TryGetValue(lease.Name, out StoredLease? removed))
        {
            if (lease.Modified <= removed.Modified)
                return;
            _removed.Remove(lease.Name);
        }

        LeaseEntry? before = Find(lease.Name);
        if (before is not null && !isSetBack && lease.Modified < before.Stored.Modified)
            return;
        LeaseEntry entry = LeaseEntry.Of(lease);
        if (before?.Value is { } was && entry.Value is { } now && was.HasDevicesOf(now) && was.HasAddressOf(now))
            entry = entry with { Since = before.Since };
        _entries[lease.Name] = entry;
    }
}
