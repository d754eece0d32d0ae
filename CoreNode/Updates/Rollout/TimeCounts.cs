using System.Globalization;
using CoreNode.Foundation;

namespace CoreNode.Updates.Rollout;

/// <summary>
/// How many machines have something at which second, and how many of those are near a moment: less than a span before
/// or after it. Near and not only before, because a server's clock can have been ahead for a while: what it noted then
/// counts until the span is over, and what it noted from far ahead does not block everything until that comes.
/// </summary>
internal sealed class TimeCounts
{
    private const int FewEmpty = 64;

    private readonly long _span;
    private long[] _seconds = new long[4];
    private int[] _counts = new int[4];

    // Fenwick's tree over the counts (1994): node n holds the sum of as many entries up to n as its lowest bit says, so
    // that a change and a sum cost the logarithm of the entries wherever they are. Entry i is node i + 1.
    private int[] _sums = new int[5];
    private int _size;
    private int _empty;

    /// <summary>Nothing yet.</summary>
    /// <param name="spanSeconds">Above 0.</param>
    public TimeCounts(long spanSeconds) => _span = spanSeconds;

    /// <summary>All at once.</summary>
    public TimeCounts(long spanSeconds, List<long> seconds)
        : this(spanSeconds)
    {
        seconds.Sort();
        foreach (long second in seconds)
            Add(second);
    }

    /// <summary>One machine more at that second.</summary>
    public void Add(long second)
    {
        // Nearly always the newest one.
        int at = _size > 0 && _seconds[_size - 1] == second ? _size - 1 : IndexOf(second);
        if (at == _size || _seconds[at] != second)
            Insert(at, second);
        else if (_counts[at] == 0)
            _empty--;
        Change(at, 1);
    }

    /// <summary>One machine less at that second; it was added before.</summary>
    public void Remove(long second)
    {
        int at = IndexOf(second);
        Invariant.That(
            at < _size && _seconds[at] == second && _counts[at] > 0, "a machine is taken off that was not counted");
        Change(at, -1);
        if (_counts[at] == 0 && ++_empty > FewEmpty && _empty > _size / 2)
            Compact();
    }

    /// <summary>Machines whose second is near <paramref name="now"/>.</summary>
    public int Near(long now) => Before(IndexOf(now + _span)) - Before(IndexOf(now - _span + 1));

    /// <summary>From when on less than <paramref name="limit"/> (above 0) are near, if none is added.</summary>
    public long Below(int limit, long now)
    {
        int near = Near(now);
        int from = IndexOf(now - _span + 1);
        int to = IndexOf(now + _span);
        long moment = now;
        while (near >= limit)
        {
            near -= _counts[from];
            moment = _seconds[from++] + _span;
            while (to < _size && _seconds[to] < moment + _span)
                near += _counts[to++];
        }

        return moment;
    }

    /// <summary>All of it, for comparing.</summary>
    public IEnumerable<string> Describe()
    {
        for (int i = 0; i < _size; i++)
        {
            if (_counts[i] == 0)
                continue;
            yield return string.Create(CultureInfo.InvariantCulture, $"{_seconds[i]}:{_counts[i]}");
        }
    }

    private int Before(int at)
    {
        int sum = 0;
        for (int node = at; node > 0; node -= node & -node)
            sum += _sums[node];
        return sum;
    }

    private void Change(int at, int change)
    {
        _counts[at] += change;
        for (int node = at + 1; node <= _size; node += node & -node)
            _sums[node] += change;
    }

    private void SumAll()
    {
        Array.Clear(_sums, 0, _size + 1);
        for (int node = 1; node <= _size; node++)
        {
            _sums[node] += _counts[node - 1];
            int parent = node + (node & -node);
            if (parent <= _size)
                _sums[parent] += _sums[node];
        }
    }

    // Of the first entry at that second or later.
    private int IndexOf(long second)
    {
        int at = Array.BinarySearch(_seconds, 0, _size, second);
        return at < 0 ? ~at : at;
    }

    private void Insert(int at, long second)
    {
        if (_size == _seconds.Length)
        {
            Array.Resize(ref _seconds, _size * 2);
            Array.Resize(ref _counts, _size * 2);
            Array.Resize(ref _sums, (_size * 2) + 1);
        }

        Array.Copy(_seconds, at, _seconds, at + 1, _size - at);
        Array.Copy(_counts, at, _counts, at + 1, _size - at);
        _seconds[at] = second;
        _counts[at] = 0;
        _size++;
        if (at < _size - 1)
        {
            // A clock was put back. Once in a second at most: one second is one entry.
            SumAll();
            return;
        }

        _sums[_size] = 0;
        for (int below = 1; below < (_size & -_size); below <<= 1)
            _sums[_size] += _sums[_size - below];
    }

    private void Compact()
    {
        int kept = 0;
        for (int i = 0; i < _size; i++)
        {
            if (_counts[i] == 0)
                continue;
            _seconds[kept] = _seconds[i];
            _counts[kept++] = _counts[i];
        }

        _size = kept;
        _empty = 0;
        SumAll();
    }
}
