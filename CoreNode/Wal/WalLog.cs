using CoreNode.Foundation;
using CoreNode.Platform;

namespace CoreNode.Wal;

/// <summary>
/// The checksummed, segmented log of one replica (docs/formats.md, "WAL"). In: appends, each with entries, hard state
/// or both. Out: after a crash at any point, everything that was synced, in order, and nothing else.
/// <para>
/// Invariants. A write goes into blocks that are already on disk as zeros, so a full disk is met when the next segment
/// is made and never inside a record. A segment gets its name only when all before it is durable. Every frame says up
/// to where the segment was durable when it was written, so that a torn tail, which is cut, can be told from damage,
/// which stops the node. After a failed write or sync nothing more is written.
/// </para>
/// One thread at a time uses it, except for <see cref="PrepareNext"/> and <see cref="IsDiskFull"/>, which any other
/// thread may call meanwhile.
/// </summary>
public sealed class WalLog : IDisposable
{
    /// <summary>What a person is told to do about damage.</summary>
    internal const string WhatToDo = "Nothing was changed. Check the disk; then restore this member from a backup, or "
        + "remove the data folder to start with an empty one";

    private const int GrowthFactor = 4;

    private readonly IFiles _files;
    private readonly string _folder;
    private readonly WalOptions _options;
    private readonly SegmentSupply _supply;
    private readonly FrameWriter _writer = new();
    private readonly List<Segment> _segments;
    private readonly WalIdentity _identity;

    private IFile _file;
    private uint _seed;
    private uint _chain;
    private long _end;
    private long _durableEnd;
    private long _markedEnd;
    private LogIndex _last;
    private LogIndex _startAfter;

    /// <summary>As the frames say it.</summary>
    private WalHardState _hardState;

    /// <summary>As the newest append says it.</summary>
    private WalHardState _wanted;

    private bool _isFailed;
    private long _length;
    private long _writtenBytes;

    private WalLog(
        IFiles files, string folder, WalOptions options, WalIdentity identity, IFile file, List<Segment> segments)
    {
        _files = files;
        _folder = folder;
        _options = options;
        _supply = new SegmentSupply(files, folder, options);
        _identity = identity;
        _segments = segments;
        _file = file;
        _length = file.Length;
    }

    /// <summary>How it uses the disk.</summary>
    public WalOptions Options => _options;

    /// <summary>True when there is no room for the next segment: normal writes must be refused.</summary>
    public bool IsDiskFull => _supply.IsFull;

    /// <summary>True after a write or sync failed; every further one is refused.</summary>
    public bool IsFailed => _isFailed;

    /// <summary>Log bytes written since it was opened.</summary>
    public long WrittenBytes => Interlocked.Read(ref _writtenBytes);

    /// <summary>Index of the last entry, or of the snapshot that the log goes on after.</summary>
    public LogIndex LastIndex => _last;

    /// <summary>True when a quarter of the segment is used and <see cref="PrepareNext"/> has something to do.</summary>
    public bool NeedsPreparation => _end > _length / 4 && _supply.HasWork;

    private long Room => _length - _end - FrameWriter.MaxBareLength;

    /// <summary>True if the folder holds a log.</summary>
    public static bool Exists(IFiles files, string folder) => LogRecovery.List(files, folder).Count > 0;

    /// <summary>Starts an empty log.</summary>
    /// <exception cref="DiskFullException">There is no room for the first segment; nothing is left behind.</exception>
    public static WalLog Create(IFiles files, string folder, WalIdentity identity, WalOptions options)
    {
        Invariant.That(!Exists(files, folder), "a log is created only where there is none");
        files.CreateFolder(folder);
        DeleteUnused(files, folder);
        using SegmentSupply supply = new(files, folder, options);
        UnusedFile unused = supply.Take(options.FirstSegmentBytes, options.FirstSegmentBytes);
        WalLog log = new(files, folder, options, identity, unused.File, []);
        log.StartSegment(unused, new SegmentName(1, new LogIndex(1)), previousEnd: 0);
        return log;
    }

    /// <summary>
    /// Reads the log back and goes on with it. Everything returned is durable, also if the process before was killed
    /// or stopped because a sync failed.
    /// </summary>
    /// <param name="snapshotIndex">Last index that the newest readable snapshot covers; zero without one.</param>
    /// <exception cref="CorruptionException">The log is damaged, incomplete, or of a newer format.</exception>
    public static WalLog Open(
        IFiles files, string folder, LogIndex snapshotIndex, WalOptions options, out WalRecovery recovery)
    {
        List<Segment> segments = LogRecovery.List(files, folder);
        LogRecovery run = new(files, folder, snapshotIndex) { Segments = segments };
        try
        {
            recovery = run.Run();
        }
        catch
        {
            run.LastFile?.Dispose();
            throw;
        }

        DeleteUnused(files, folder);
        SegmentHeader header = run.LastHeader!;
        return new WalLog(files, folder, options, header.Identity, run.LastFile!, segments)
        {
            _seed = header.Seed,
            _chain = run.Chain,
            _end = run.End,
            _durableEnd = run.End,
            _markedEnd = SegmentHeader.Length,
            _last = run.LastIndex,
            _startAfter = run.IsBehindSnapshot ? snapshotIndex : LogIndex.Zero,
            _hardState = recovery.HardState,
            _wanted = recovery.HardState,
        };
    }

    /// <summary>
    /// Writes all appends by one call; durable after the next <see cref="Sync"/>. A disk that is full beyond the
    /// reserve changes nothing: the same appends may be written once there is room.
    /// </summary>
    /// <exception cref="DiskFullException">No room, and nothing written, unless <see cref="IsFailed"/>.</exception>
    public void Write(IReadOnlyList<WalAppend> appends)
    {
        RefuseIfFailed();
        long bound = FrameWriter.Bound(appends);
        if (bound > Room)
            Roll(bound);
        _writer.Begin(bound);
        for (int i = 0; i < appends.Count; i++)
            Encode(appends[i], isLast: i == appends.Count - 1);
        WriteEncoded();
    }

    /// <summary>Makes all that was written durable; no call to the disk if it is.</summary>
    public void Sync()
    {
        RefuseIfFailed();
        if (_durableEnd == _end)
            return;
        try
        {
            _file.SyncData();
        }
        catch
        {
            _isFailed = true;
            throw;
        }

        _durableEnd = _end;
    }

    /// <summary>
    /// Writes down, without a sync of its own, that what was synced is durable. Done when the log is quiet: it lets a
    /// later start tell damage in the last acknowledged write from a torn one. Nothing if the log says so already.
    /// </summary>
    public void MarkDurable()
    {
        RefuseIfFailed();
        if (_markedEnd == _durableEnd || _end != _durableEnd || Room < FrameWriter.MaxBareLength)
            return;
        _writer.Trim();
        _writer.Begin(FrameWriter.MaxBareLength);
        AddFrame(new Frame { DurableOffset = _durableEnd }, []);
        WriteEncoded();
    }

    /// <summary>
    /// Gives up the segments that hold nothing from that index on. The caller has a durable snapshot up to before it.
    /// Their files are deleted or used again by the next preparation.
    /// </summary>
    public void ReleaseBefore(LogIndex index)
    {
        int kept = _segments.Count - 1;
        while (kept > 0 && _segments[kept].Name.FirstIndex > index)
            kept--;
        for (int i = 0; i < kept; i++)
            _supply.Release(_segments[i].Path);
        _segments.RemoveRange(0, kept);
    }

    /// <summary>
    /// Makes the next segment, and the reserve if it is gone, ready ahead of need, so that rolling over costs no time.
    /// Takes tens of milliseconds for a full-grown segment; may run on a thread of its own.
    /// </summary>
    /// <returns>False if the disk is too full; <see cref="IsDiskFull"/> says the same afterwards.</returns>
    public bool PrepareNext() => _supply.Prepare(NextSegmentSize());

    /// <summary>Closes the files as they are, without a sync.</summary>
    public void Dispose()
    {
        _supply.Dispose();
        _file.Dispose();
    }

    private static void DeleteUnused(IFiles files, string folder)
    {
        foreach (string name in files.List(folder))
        {
            if (name.EndsWith(SegmentSupply.UnusedExtension, StringComparison.Ordinal))
                files.Delete(Path.Combine(folder, name));
        }
    }

    private long NextSegmentSize() =>
        Math.Min(_options.SegmentSizeBytes, Interlocked.Read(ref _length) * GrowthFactor);

    // The order is what makes a roll safe: all of this segment durable, then the next one's header, then its name,
    // and only then the note here that there is a next one.
    private void Roll(long bound)
    {
        UnusedFile unused = TakeUnused(SegmentHeader.Length + bound + FrameWriter.MaxBareLength);
        Sync();
        try
        {
            IFile full = _file;
            long end = _end;
            uint seed = _seed;
            SegmentName name = new(_segments[^1].Name.Sequence + 1, _last.Next);
            StartSegment(unused, name, previousEnd: end);
            Close(full, seed, end);
        }
        catch
        {
            _isFailed = true;
            throw;
        }
    }

    private UnusedFile TakeUnused(long least)
    {
        try
        {
            return _supply.Take(NextSegmentSize(), least);
        }
        catch (DiskFullException)
        {
            throw;
        }
        catch
        {
            _isFailed = true;
            throw;
        }
    }

    private void StartSegment(UnusedFile unused, SegmentName name, long previousEnd)
    {
        SegmentHeader header = new()
        {
            Name = name,
            Identity = _identity,
            PreviousEnd = previousEnd,
            PreviousChain = _chain,
            HardState = _hardState,
            Program = _options.ProgramVersion,
        };
        byte[] block = new byte[SegmentHeader.Length];
        header.Encode(block);
        unused.File.Write(0, block);
        unused.File.SyncData();
        Segment segment = new(name, Path.Combine(_folder, name.FileName));
        _files.Rename(unused.Path, segment.Path);
        _files.SyncFolder(_folder);
        _segments.Add(segment);
        unused.File.Dispose();
        _file = _files.Open(segment.Path, create: false);
        Interlocked.Exchange(ref _length, _file.Length);
        _seed = header.Seed;
        _chain = header.Seed;
        _end = SegmentHeader.Length;
        _durableEnd = _end;
        _markedEnd = _end;
    }

    // Lets recovery see that the newest segment is missing. Room for it was kept.
    private void Close(IFile full, uint seed, long end)
    {
        _writer.Begin(FrameWriter.MaxBareLength);
        _writer.Add(seed, end, new Frame { Parts = FrameParts.Closing, DurableOffset = end }, []);
        full.Write(end, _writer.Written);
        full.SyncData();
        full.Dispose();
        Interlocked.Add(ref _writtenBytes, _writer.Length);
    }

    // One frame an append; but a bare hard state that another append of the same write follows rides in its frame.
    private void Encode(WalAppend append, bool isLast)
    {
        IReadOnlyList<WalEntry> entries = append.Entries;
        if (append.StartAfter > LogIndex.Zero)
        {
            _startAfter = append.StartAfter;
            _last = append.StartAfter;
        }

        if (entries.Count > 0)
        {
            LogIndex first = entries[0].Index;
            Invariant.That(first > LogIndex.Zero && first <= _last.Next, "the log has no holes");
            Invariant.That(first > _wanted.Commit, "what is committed is never replaced");
            _last = entries[^1].Index;
        }

        _wanted = append.HardState ?? _wanted;
        Invariant.That(_wanted.Commit <= _last, "only entries that the log has are committed");
        if (entries.Count > 0 || isLast)
            EncodeFrame(entries);
    }

    private void EncodeFrame(IReadOnlyList<WalEntry> entries)
    {
        FrameParts parts = FrameParts.None;
        if (entries.Count > 0)
            parts |= FrameParts.Entries;
        if (_wanted.Commit != _hardState.Commit)
            parts |= FrameParts.Commit;
        if (_wanted.Term != _hardState.Term || _wanted.Vote != _hardState.Vote)
            parts |= FrameParts.Vote;
        if (_startAfter > LogIndex.Zero)
            parts |= FrameParts.StartAfter;
        if (parts == FrameParts.None)
            return;
        Frame frame = new()
        {
            Parts = parts,
            DurableOffset = _durableEnd,
            Term = _wanted.Term,
            Vote = _wanted.Vote,
            Commit = _wanted.Commit,
            StartAfter = _startAfter,
        };
        AddFrame(frame, entries);
        _hardState = _wanted;
        _startAfter = LogIndex.Zero;
    }

    private void WriteEncoded()
    {
        if (_writer.Length == 0)
            return;
        try
        {
            _file.Write(_end, _writer.Written);
        }
        catch
        {
            _isFailed = true;
            throw;
        }

        _end += _writer.Length;
        _markedEnd = _durableEnd;
        Interlocked.Add(ref _writtenBytes, _writer.Length);
    }

    private void AddFrame(in Frame frame, IReadOnlyList<WalEntry> entries)
    {
        uint checksum = _writer.Add(_seed, _end + _writer.Length, frame, entries);
        _chain = Crc32C.Append(_chain, checksum);
    }

    private void RefuseIfFailed()
    {
        if (_isFailed)
            throw new InvalidOperationException("the log takes nothing more after a failed write or sync");
    }
}
