namespace CoreNode.Updates.Payload.Creating;

/// <summary>
/// Where in the old image a chunk's content lies: every sample that the old image has once votes for the distance
/// between its two places. By position alone a file that grew would make everything behind it new.
/// </summary>
internal sealed class ReferenceVotes
{
    /// <summary>Votes within this distance are for the same place.</summary>
    private const int BucketBytes = 256 << 10;

    private const int BlockBytes = PayloadLimits.BlockSizeBytes;
    private const int ReferenceBlocks = (6 << 20) / BlockBytes;
    private const int ChunkBlocks = Creation.ChunkBytes / BlockBytes;

    // The second place needs votes that the first cannot explain.
    private const int LeastVotes = 4;
    private const int LeastShare = 8;

    private readonly OldImage _old;
    private readonly long _start;
    private readonly long[] _distances;

    /// <summary>Counts the votes of a chunk's samples.</summary>
    public ReferenceVotes(OldImage old, long start, ContentSamples samples)
    {
        _old = old;
        _start = start;
        long[] distances = new long[samples.Count];
        int count = 0;
        for (int i = 0; i < samples.Count; i++)
        {
            long position = old.PositionOf(samples.Hashes[i]);
            if (position >= 0)
                distances[count++] = position - samples.Positions[i];
        }

        Array.Resize(ref distances, count);
        Array.Sort(distances);
        _distances = distances;
    }

    /// <summary>
    /// References to try: one window around the place with most votes (or around the same offset where nobody votes),
    /// and where a second place has many, one of half the size around each. Each is at most 6 MiB.
    /// </summary>
    public IReadOnlyList<Extent[]> References()
    {
        if (_old.BlockCount == 0)
            return [];
        (long first, int votes) = Best(long.MaxValue);
        List<Extent[]> references = [[Window(first, ReferenceBlocks)]];
        if (votes > 0)
        {
            (long second, int others) = Best(first);
            if (others >= Math.Max(LeastVotes, _distances.Length / LeastShare))
                references.Add([Window(first, ReferenceBlocks / 2), Window(second, ReferenceBlocks / 2)]);
        }

        return references;
    }

    // The distance in the middle of the fullest bucket; of equals the one nearest to no distance at all. Distances that
    // a window around one that is taken already covers are left out.
    private (long Distance, int Votes) Best(long taken)
    {
        long best = 0;
        int most = 0;
        int from = 0;
        for (int to = 0; to < _distances.Length; to++)
        {
            while (_distances[to] - _distances[from] > BucketBytes)
                from++;
            long middle = _distances[from + (to - from) / 2];
            if (taken != long.MaxValue && Math.Abs(middle - taken) <= Creation.ChunkBytes)
                continue;
            int votes = to - from + 1;
            if (votes < most || (votes == most && Math.Abs(middle) >= Math.Abs(best)))
                continue;
            best = middle;
            most = votes;
        }

        return (best, most);
    }

    // As much before the chunk's place as behind it, and inside the image.
    private Extent Window(long distance, int blocks)
    {
        int count = Math.Min(blocks, _old.BlockCount);
        long start = (_start + distance) / BlockBytes - (count - ChunkBlocks) / 2;
        start = Math.Clamp(start, 0, _old.BlockCount - count);
        return new Extent((ulong)start, (ulong)count);
    }
}
