namespace CoreNode.Updates.Payload.Creating;

/// <summary>Sampled positions of a piece of an image, in the order of their places.</summary>
internal sealed class ContentSamples
{
    // Eight times what is to be expected: content that repeats itself in small periods could give any number.
    private const int BytesOfOne = 128;
    private const int Least = 64;

    private ulong[] _hashes;
    private long[] _positions;
    private readonly int _limit;

    /// <summary>Of a piece of so many bytes.</summary>
    public ContentSamples(int bytes)
    {
        _limit = bytes / BytesOfOne + Least;
        _hashes = new ulong[_limit / 8 + Least];
        _positions = new long[_hashes.Length];
    }

    public ReadOnlySpan<ulong> Hashes => _hashes.AsSpan(0, Count);

    public ReadOnlySpan<long> Positions => _positions.AsSpan(0, Count);

    public int Count { get; private set; }

    /// <summary>False when there are too many; the rest of the piece is left out.</summary>
    public bool TryAdd(ulong hash, long position)
    {
        if (Count == _limit)
            return false;
        if (Count == _hashes.Length)
        {
            Array.Resize(ref _hashes, Math.Min(_limit, Count * 2));
            Array.Resize(ref _positions, _hashes.Length);
        }

        _hashes[Count] = hash;
        _positions[Count++] = position;
        return true;
    }
}
