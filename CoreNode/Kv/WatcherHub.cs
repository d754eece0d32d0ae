using CoreNode.Foundation;
using CoreNode.Kv.Tree;
using CoreNode.Store;

namespace CoreNode.Kv;

/// <summary>
/// Who watches what, and the telling. A change is told at its own key and at every ancestor; a removal also at
/// everything that it takes away. Owned by the loop.
/// </summary>
internal sealed class WatcherHub(StoreStatistics statistics)
{
    private readonly Dictionary<byte[], WatchList> _lists = new(KeyBytesComparer.Instance);
    private readonly Dictionary<IWatcher, WatchRegistration> _registrations = new(ReferenceEqualityComparer.Instance);

    /// <summary>True if anybody watches anything.</summary>
    public bool HasWatchers => _registrations.Count > 0;

    /// <summary>Begins to tell a watcher of changes from <paramref name="since"/> on.</summary>
    public void Add(WatchRequest request, ulong since, IWatcher watcher)
    {
        Invariant.That(!_registrations.ContainsKey(watcher), "a watcher is registered once");
        var lists = _lists.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!lists.TryGetValue(request.Key.Span, out WatchList? list))
        {
            list = new WatchList(request.Key.ToArray());
            _lists.Add(list.Key, list);
        }

        WatchRegistration registration = new(request, since, watcher);
        list.Add(registration);
        _registrations.Add(watcher, registration);
        statistics.Increment(StoreCounter.Watchers);
    }

    /// <summary>Stops telling a watcher; nothing if it is not registered (any more).</summary>
    public void Remove(IWatcher watcher)
    {
        if (_registrations.TryGetValue(watcher, out WatchRegistration? registration))
            Remove(registration);
    }

    /// <summary>Lets everybody go.</summary>
    public IReadOnlyList<IWatcher> TakeAll()
    {
        IWatcher[] all = [.. _registrations.Keys];
        statistics.Add(StoreCounter.Watchers, -all.Length);
        _registrations.Clear();
        _lists.Clear();
        return all;
    }

    /// <summary>Tells the watchers of the changed key and of its ancestors, the root first.</summary>
    public void Notify(KeyEvent change)
    {
        if (!HasWatchers)
            return;
        ReadOnlySpan<byte> key = change.Node.Key;
        Notify(change, "/"u8, isRemoved: false);
        for (int end = 1; end < key.Length; end++)
        {
            int slash = key[end..].IndexOf((byte)'/');
            end = slash < 0 ? key.Length : end + slash;
            Notify(change, key[..end], isRemoved: false);
        }
    }

    /// <summary>
    /// Tells the watchers of everything that a removal takes away, the removed key included. Called while it is still
    /// in the tree. Costs the lesser of what is watched and what is removed.
    /// </summary>
    public void NotifyRemoved(KeyEvent change, TreeNode root)
    {
        if (!HasWatchers)
            return;
        ReadOnlySpan<byte> key = change.Node.Key;
        if (change.Previous.IsDirectory)
        {
            foreach (byte[] watched in FindWatchedBelow(key, root))
                Notify(change, watched, isRemoved: true);
        }

        // etcd tells at the removed key twice: here and as the changed key itself. Streams see both.
        Notify(change, key, isRemoved: true);
    }

    private List<byte[]> FindWatchedBelow(ReadOnlySpan<byte> directory, TreeNode root)
    {
        List<byte[]> found = [];
        var lists = _lists.GetAlternateLookup<ReadOnlySpan<byte>>();
        TreeCursor cursor = new(root, TreeCursor.PrefixOf(directory));
        for (int left = _lists.Count; cursor.MoveNext(); left--)
        {
            if (left == 0)
                return FilterWatched(directory, root);
            if (lists.TryGetValue(cursor.Current.Key, out WatchList? list))
                found.Add(list.Key);
        }

        return found;
    }

    private List<byte[]> FilterWatched(ReadOnlySpan<byte> directory, TreeNode root)
    {
        List<byte[]> found = [];
        foreach (byte[] watched in _lists.Keys)
        {
            if (KeyOrder.IsBelow(watched, directory) && TreeSearch.TryGet(root, watched, out _))
                found.Add(watched);
        }

        found.Sort(static (a, b) => KeyOrder.Compare(a, b));
        return found;
    }

    private void Notify(KeyEvent change, ReadOnlySpan<byte> watched, bool isRemoved)
    {
        if (!_lists.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(watched, out WatchList? list))
            return;
        bool isAtKey = change.Node.Key.SequenceEqual(watched);
        if (!isAtKey && IsHidden(watched, change.Node.Key))
            return;
        WatchRegistration? next;
        for (WatchRegistration? one = list.First; one is not null; one = next)
        {
            next = one.Next;
            if (!(one.IsRecursive || isAtKey || isRemoved) || change.Index.Value < one.Since)
                continue;
            bool isTaken = one.Watcher.Offer(change);
            if (!isTaken || !one.IsStream)
                Remove(one);
        }
    }

    private void Remove(WatchRegistration registration)
    {
        WatchList list = registration.List!;
        list.Remove(registration);
        if (list.First is null)
            _lists.Remove(list.Key);
        _registrations.Remove(registration.Watcher);
        statistics.Add(StoreCounter.Watchers, -1);
    }

    // Something below the watched path is hidden if a component of the rest begins with '_'. What is removed above the
    // watched path is never hidden.
    private static bool IsHidden(ReadOnlySpan<byte> watched, ReadOnlySpan<byte> key)
    {
        if (watched.Length > key.Length)
            return false;
        ReadOnlySpan<byte> below = watched.Length == 1 ? key : key[watched.Length..];
        return below.IndexOf("/_"u8) >= 0;
    }
}
