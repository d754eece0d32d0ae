using CoreNode.Foundation;
using CoreNode.Platform;

namespace CoreNode.Wal;

/// <summary>
/// Reads a log back. Needed are the segments from the last one whose first index is not past the first entry after the
/// snapshot; older ones may be missing or reused. Only the last segment may end in a torn write, which is cut; all
/// else that is not as it was written stops the node.
/// </summary>
internal sealed class LogRecovery(IFiles files, string folder, LogIndex snapshotIndex)
{
    private readonly List<WalEntry> _entries = [];
    private readonly List<WalEntry> _frameEntries = [];
    private LogIndex _last;
    private LogIndex _startAfter;
    private Term _term;
    private NodeId _vote;
    private LogIndex _commit;
    private long _durableOffset;
    private bool _isClosed;

    /// <summary>All segments in the folder, by sequence, also those before the needed ones.</summary>
    public required IReadOnlyList<Segment> Segments { get; init; }

    /// <summary>The last segment's file; set by <see cref="Run"/>, owned by the caller.</summary>
    public IFile? LastFile { get; private set; }

    /// <summary>Header of the last segment.</summary>
    public SegmentHeader? LastHeader { get; private set; }

    /// <summary>Where the next frame goes.</summary>
    public long End { get; private set; }

    /// <summary>The chain value there.</summary>
    public uint Chain { get; private set; }

    /// <summary>Index of the last entry, or the snapshot's if the log ends before it.</summary>
    public LogIndex LastIndex => LogIndex.Max(_last, snapshotIndex);

    /// <summary>True if the log's own entries end before the snapshot.</summary>
    public bool IsBehindSnapshot => _last < snapshotIndex;

    /// <summary>The segments of a folder in order.</summary>
    public static List<Segment> List(IFiles files, string folder)
    {
        List<Segment> segments = [];
        foreach (string fileName in files.List(folder))
        {
            if (SegmentName.TryParse(fileName, out SegmentName name))
                segments.Add(new Segment(name, Path.Combine(folder, fileName)));
        }

        return segments;
    }

    /// <summary>Reads everything that is needed, cuts a torn tail and makes durable what was read.</summary>
    /// <exception cref="CorruptionException">Something is damaged, missing or of another node or version.</exception>
    public WalRecovery Run()
    {
        int start = FindStart();
        List<SegmentHeader> headers = ReadHeaders(start);
        Begin(headers[0]);
        for (int i = 0; i < headers.Count - 1; i++)
            ReadFull(Segments[start + i], headers[i], headers[i + 1]);
        LastHeader = headers[^1];
        long cut = ReadLast(Segments[^1], LastHeader);
        CheckWhole();
        return new WalRecovery(LastHeader.Identity, new WalHardState(_term, _vote, _commit), _entries, cut);
    }

    private int FindStart()
    {
        if (Segments.Count == 0)
            throw new CorruptionException(folder, 0, "the log has no segment", WalLog.WhatToDo);
        int start = -1;
        for (int i = 0; i < Segments.Count; i++)
        {
            if (Segments[i].Name.FirstIndex <= snapshotIndex.Next)
                start = i;
        }

        if (start >= 0)
            return start;
        throw new CorruptionException(Segments[0].Path, 0,
            $"the log begins at index {Segments[0].Name.FirstIndex}, but "
            + $"the newest readable snapshot ends at {snapshotIndex}: what lies between is missing", WalLog.WhatToDo);
    }

    // All of them before any frame, so that what is missing or foreign is named as such.
    private List<SegmentHeader> ReadHeaders(int start)
    {
        List<SegmentHeader> headers = [];
        byte[] block = new byte[SegmentHeader.Length];
        for (int i = start; i < Segments.Count; i++)
        {
            using IFile file = files.Open(Segments[i].Path, create: false);
            int length = file.Read(0, block);
            headers.Add(SegmentHeader.Decode(block.AsSpan(0, length), Segments[i].Path, Segments[i].Name));
            if (i > start)
                CheckFollows(headers[^2], headers[^1], Segments[i].Path);
        }

        return headers;
    }

    private void Begin(SegmentHeader header)
    {
        _last = header.Name.FirstIndex.Previous;
        _term = header.HardState.Term;
        _vote = header.HardState.Vote;
        _commit = header.HardState.Commit;
    }

    private static void CheckFollows(SegmentHeader before, SegmentHeader header, string path)
    {
        if (header.Name.Sequence != before.Name.Sequence + 1)
        {
            throw new CorruptionException(path, 0, $"segment {before.Name.Sequence + 1} is missing before segment "
                + $"{header.Name.Sequence}", WalLog.WhatToDo);
        }

        if (header.Identity != before.Identity)
        {
            throw new CorruptionException(path, 32, $"the segment belongs to node {header.Identity.Node} of cluster "
                + $"{header.Identity.ClusterId:x}, the one before to node {before.Identity.Node} of cluster "
                + $"{before.Identity.ClusterId:x}", WalLog.WhatToDo);
        }
    }

    // Reads up to the end that the next segment's header gives, and compares the chain there.
    private void ReadFull(Segment segment, SegmentHeader header, SegmentHeader next)
    {
        using IFile file = files.Open(segment.Path, create: false);
        SegmentReader reader = new(file, header.Seed, Math.Min(next.PreviousEnd, file.Length));
        ReadFrames(reader, segment.Path);
        if (reader.Offset != next.PreviousEnd)
        {
            throw new CorruptionException(segment.Path, reader.Offset, "a frame is damaged or missing: the frames end "
                + $"here, but segment {next.Name.Sequence} says that they go on to {next.PreviousEnd}",
                WalLog.WhatToDo);
        }

        if (reader.Chain != next.PreviousChain)
        {
            throw new CorruptionException(segment.Path, reader.Offset, "the frames are intact, but not those that "
                + $"segment {next.Name.Sequence} was written after", WalLog.WhatToDo);
        }
    }

    private long ReadLast(Segment segment, SegmentHeader header)
    {
        IFile file = files.Open(segment.Path, create: false);
        LastFile = file;
        _durableOffset = SegmentHeader.Length;
        SegmentReader reader = new(file, header.Seed, file.Length);
        ReadFrames(reader, segment.Path);
        End = reader.Offset;
        Chain = reader.Chain;
        if (_isClosed)
        {
            throw new CorruptionException(segment.Path, End, $"the segment is closed, but segment "
                + $"{header.Name.Sequence + 1} is missing", WalLog.WhatToDo);
        }

        long cut = TornTail.Measure(file, segment.Path, header.Seed, End, file.Length);
        Zeros.Write(file, End, End + cut, int.MaxValue);
        Rewrite(file);
        file.SyncData();
        files.SyncFolder(folder);
        return cut;
    }

    // What no frame shows to be on disk is written once more: if the sync of the process before failed, the pages read
    // here are in memory only, and marked clean, so that a sync alone would not write them.
    private void Rewrite(IFile file)
    {
        byte[] data = new byte[(int)(End - _durableOffset)];
        Invariant.That(file.Read(_durableOffset, data) == data.Length, "a segment does not shrink while it is read");
        if (data.Length > 0)
            file.Write(_durableOffset, data);
    }

    private void ReadFrames(SegmentReader reader, string path)
    {
        _isClosed = false;
        while (!_isClosed && reader.TryNext(out ReadOnlyMemory<byte> body, out long offset))
        {
            _frameEntries.Clear();
            if (!FrameReader.TryParse(body, offset, out Frame frame, _frameEntries))
            {
                throw new CorruptionException(
                    path, offset, "an intact frame is not of a form that this program knows", WalLog.WhatToDo);
            }

            _durableOffset = frame.DurableOffset;
            Apply(frame, path, offset);
        }
    }

    private void Apply(in Frame frame, string path, long offset)
    {
        if ((frame.Parts & FrameParts.StartAfter) != 0)
        {
            _startAfter = frame.StartAfter;
            _last = frame.StartAfter;
            _entries.Clear();
        }

        if ((frame.Parts & FrameParts.Entries) != 0)
            ApplyEntries(frame.FirstIndex, path, offset);
        if ((frame.Parts & FrameParts.Commit) != 0)
            _commit = frame.Commit;
        _isClosed = (frame.Parts & FrameParts.Closing) != 0;
        if ((frame.Parts & FrameParts.Vote) == 0)
            return;
        _term = frame.Term;
        _vote = frame.Vote;
    }

    private void ApplyEntries(LogIndex first, string path, long offset)
    {
        if (first > _last.Next)
        {
            throw new CorruptionException(
                path, offset, $"entries {_last.Next} to {first.Previous} are missing", WalLog.WhatToDo);
        }

        int kept = first <= snapshotIndex ? 0 : (int)Math.Min((ulong)_entries.Count, first - snapshotIndex.Next);
        if (kept < _entries.Count)
        {
            Probe.Hit("wal.tail-replaced");
            _entries.RemoveRange(kept, _entries.Count - kept);
        }

        foreach (WalEntry entry in _frameEntries)
        {
            if (entry.Index > snapshotIndex)
                _entries.Add(entry);
            _last = entry.Index;
        }
    }

    private void CheckWhole()
    {
        string path = Segments[^1].Path;
        if (_startAfter > snapshotIndex)
        {
            throw new CorruptionException(path, End,
                $"the log goes on after a snapshot of index {_startAfter}, but the "
                + $"newest readable snapshot ends at {snapshotIndex}", WalLog.WhatToDo);
        }

        if (_commit > LastIndex)
        {
            throw new CorruptionException(path, End, $"the log ends at index {LastIndex}, but says that {_commit} is "
                + "committed", WalLog.WhatToDo);
        }
    }
}
