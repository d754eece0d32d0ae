using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Kv;

/// <summary>
/// The last changes of the whole store, one slot for every store index, so that a watch can begin in the past.
/// Changes that no user watch can match (the store's own keys) take a slot without an event. Owned by the loop.
/// </summary>
internal sealed class EventHistory(int capacity)
{
    private readonly KeyEvent?[] _slots = new KeyEvent?[capacity];
    private int _start;
    private int _count;
    private ulong _last;

    /// <summary>The oldest store index that is still there; 0 while nothing ever happened.</summary>
    public ulong FirstIndex => _count == 0 ? _last : _last - (ulong)_count + 1;

    /// <summary>Takes the next change; null for one that watches never see.</summary>
    public void Add(StoreIndex index, KeyEvent? change)
    {
        Invariant.That(_count == 0 || index.Value == _last + 1, "the history has a slot for every store index");
        _last = index.Value;
        _slots[(_start + _count) % capacity] = change;
        if (_count < capacity)
            _count++;
        else
            _start = (_start + 1) % capacity;
    }

    /// <summary>
    /// The first change at or after <paramref name="since"/> that the watch wants (null: none yet), or error 401 if the
    /// history does not reach back that far.
    /// </summary>
    public KeyError? Scan(
        ReadOnlySpan<byte> key, bool isRecursive, ulong since, StoreIndex current, out KeyEvent? match)
    {
        match = null;
        ulong first = FirstIndex;
        if (since < first)
        {
            string cause = $"the requested history has been cleared [{first}/{since}]";
            return KeyError.Of(ErrorCode.EventIndexCleared, cause, current.Value);
        }

        if (since > _last)
            return null;
        for (int i = (int)(since - first); i < _count; i++)
        {
            KeyEvent? change = _slots[(_start + i) % capacity];
            if (change is null || change.IsRefresh || !IsMatch(change, key, isRecursive))
                continue;
            match = change;
            return null;
        }

        return null;
    }

    /// <summary>All slots, oldest first.</summary>
    public KeyEvent?[] ToArray()
    {
        KeyEvent?[] all = new KeyEvent?[_count];
        for (int i = 0; i < _count; i++)
            all[i] = _slots[(_start + i) % capacity];
        return all;
    }

    // A removed directory matches every key that its own key is a prefix of, as a string: "/foo" also "/foobar", which
    // is not in it. etcd does so, and clients that resume from an index see it there too. Hidden keys are not filtered.
    private static bool IsMatch(KeyEvent change, ReadOnlySpan<byte> key, bool isRecursive)
    {
        ReadOnlySpan<byte> changed = change.Node.Key;
        if (changed.SequenceEqual(key) || (isRecursive && KeyOrder.IsBelow(changed, key)))
            return true;
        return change.Action is KeyAction.Delete or KeyAction.Expire
            && change.Previous.IsDirectory && key.StartsWith(changed);
    }
}
