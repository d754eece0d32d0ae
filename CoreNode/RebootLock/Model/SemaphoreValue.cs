namespace CoreNode.RebootLock.Model;

/// <summary>
/// locksmith's semaphore: how many may reboot at once, and who holds it now. What is free is always the difference and
/// may be negative, after the maximum was lowered. Immutable.
/// </summary>
public sealed class SemaphoreValue
{
    /// <summary>As locksmith makes it: one at a time, held by nobody.</summary>
    public static readonly SemaphoreValue Initial = new(1, null);

    private readonly string[]? _holders;

    internal SemaphoreValue(int max, string[]? holders) => (Max, _holders) = (max, holders);

    /// <summary>How many may hold it at once.</summary>
    public int Max { get; }

    /// <summary>Who holds it, by the bytes of their ids.</summary>
    public IReadOnlyList<string> Holders => _holders ?? [];

    /// <summary>How many more may take it.</summary>
    public int Free => Max - Holders.Count;

    /// <summary>True where no holder ever was: Go writes that list as null, not as an empty one.</summary>
    public bool HasNoList => _holders is null;

    /// <summary>True if it is one of the holders.</summary>
    public bool Holds(string holder) => IndexOf(holder) >= 0;

    /// <summary>With one more holder; the same if it is one. To be asked only while something is free.</summary>
    public SemaphoreValue With(string holder)
    {
        int at = IndexOf(holder);
        if (at >= 0)
            return this;
        List<string> holders = [.. Holders];
        holders.Insert(~at, holder);
        return new SemaphoreValue(Max, [.. holders]);
    }

    /// <summary>
    /// Without that holder; the same if it is none. Once the list was there it stays, empty as it may be: locksmith
    /// takes the holder out of a slice, and Go writes an empty slice as [].
    /// </summary>
    public SemaphoreValue Without(string holder)
    {
        int at = IndexOf(holder);
        if (at < 0)
            return this;
        List<string> holders = [.. Holders];
        holders.RemoveAt(at);
        return new SemaphoreValue(Max, [.. holders]);
    }

    /// <summary>With another maximum; who holds it goes on holding it.</summary>
    public SemaphoreValue WithMax(int max) => new(max, _holders);

    /// <summary>Negative, complemented: where it would stand.</summary>
    internal int IndexOf(string holder)
    {
        int low = 0;
        int high = Holders.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int order = Compare(Holders[middle], holder);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return ~low;
    }

    /// <summary>
    /// Go sorts by the bytes of UTF-8, which is the order of code points: of two characters that differ half a pair is
    /// the greater one.
    /// </summary>
    internal static int Compare(string a, string b)
    {
        int length = Math.Min(a.Length, b.Length);
        for (int i = 0; i < length; i++)
        {
            if (a[i] == b[i])
                continue;
            bool isHalf = char.IsSurrogate(a[i]);
            return isHalf == char.IsSurrogate(b[i]) ? a[i].CompareTo(b[i]) : isHalf ? 1 : -1;
        }

        return a.Length.CompareTo(b.Length);
    }
}
