namespace CoreNode.Kv;

/// <summary>
/// The watches on one key, in the order in which they came; linked, so that any of them leaves at once.
/// </summary>
internal sealed class WatchList(byte[] key)
{
    private WatchRegistration? _last;

    /// <summary>The key that is watched.</summary>
    public byte[] Key { get; } = key;

    /// <summary>The oldest watch; null if nobody is left.</summary>
    public WatchRegistration? First { get; private set; }

    /// <summary>Takes a watch in at the end.</summary>
    public void Add(WatchRegistration registration)
    {
        registration.List = this;
        registration.Previous = _last;
        if (_last is null)
            First = registration;
        else
            _last.Next = registration;
        _last = registration;
    }

    /// <summary>Lets a watch go. Its own <c>Next</c> still leads on, for who is walking the list.</summary>
    public void Remove(WatchRegistration registration)
    {
        if (registration.Previous is null)
            First = registration.Next;
        else
            registration.Previous.Next = registration.Next;
        if (registration.Next is null)
            _last = registration.Previous;
        else
            registration.Next.Previous = registration.Previous;
        registration.List = null;
    }
}
