using System.Diagnostics;
using CoreNode.Foundation;
using CoreNode.Platform;

namespace CoreNode.Wal;

/// <summary>
/// The log's own thread: takes all that waits, writes it by one call, syncs once, tells the owner (group commit). So a
/// hung disk never hangs the owner, and what arrives during a sync shares the next one. Appends that need no sync wait
/// for one that does, or for a quiet moment, in which they are written but not synced. Owns the log from its
/// construction on. Any thread may call it.
/// </summary>
public sealed class WalThread : IDisposable
{
    private readonly WalLog _log;
    private readonly IWalOwner _owner;
    private readonly WalOptions _options;
    private readonly ThreadParker _wake = new();
    private readonly WalBackground _background;
    private readonly Thread _thread;
    private readonly SyncTimes _times = new();

    /// <summary>Guards the fields up to the next comment.</summary>
    private readonly Lock _gate = new();

    private readonly List<WalAppend> _arrived = [];
    private long _appendNumber;
    private LogIndex _releaseBefore;
    private bool _mustSync;
    private bool _isIdle;
    private bool _hasNews;
    private bool _isSleeping;
    private bool _isStopping;
    private bool _isClosed;
    private Exception? _backgroundFault;

    // Of the Wal thread only.
    private readonly List<WalAppend> _taken = [];
    private readonly List<WalAppend> _batch = [];
    private long _takenNumber;
    private bool _takenMustSync;
    private bool _isWaitingForRoom;
    private bool _isFullReported;

    /// <summary>Takes over the log and starts.</summary>
    public WalThread(WalLog log, IWalOwner owner)
    {
        _log = log;
        _owner = owner;
        _options = log.Options;
        _background = new WalBackground(log, this);
        _thread = new Thread(Run) { Name = "wal", IsBackground = true };
        _thread.Start();
    }

    /// <summary>How the disk does.</summary>
    public WalSyncStatistics Statistics => _times.Snapshot(_log.WrittenBytes);

    /// <summary>
    /// Hands over an append and returns its number: 1, 2, 3 and so on. Never waits for the disk. After a failure it is
    /// dropped: the owner has been told, or is just being told.
    /// </summary>
    public long Append(WalAppend append)
    {
        bool wake;
        long number;
        lock (_gate)
        {
            number = ++_appendNumber;
            if (_isClosed)
                return number;
            _arrived.Add(append);
            _mustSync |= append.MustSync;
            wake = _mustSync && _isSleeping;
            if (wake)
                _isSleeping = false;
        }

        if (wake)
            _wake.Unpark();
        else if (!append.MustSync)
            _background.NoteActivity();
        return number;
    }

    /// <summary>Gives up segments, as <see cref="WalLog.ReleaseBefore"/> does, on the Wal thread.</summary>
    public void ReleaseBefore(LogIndex index)
    {
        lock (_gate)
            _releaseBefore = LogIndex.Max(_releaseBefore, index);
        Notify(ref _hasNews);
    }

    /// <summary>
    /// Writes and syncs what waits, stops the threads and closes the log. What waits for room on a full disk is given
    /// up: it was never acknowledged.
    /// </summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isStopping)
                return;
        }

        _background.Stop();
        Notify(ref _isStopping);
        _thread.Join();
        _background.Dispose();
        _log.Dispose();
    }

    /// <summary>From the background thread: nothing has been written for a while.</summary>
    internal void NotifyIdle() => Notify(ref _isIdle);

    /// <summary>From the background thread: a preparation has ended, well or with a fault.</summary>
    internal void NotifyPrepared(Exception? fault)
    {
        if (fault is not null)
        {
            lock (_gate)
                _backgroundFault = fault;
        }

        Notify(ref _hasNews);
    }

    private void Notify(ref bool flag)
    {
        bool wake;
        lock (_gate)
        {
            flag = true;
            wake = _isSleeping;
            _isSleeping = false;
        }

        if (wake)
            _wake.Unpark();
    }

    private void Run()
    {
        try
        {
            while (Turn())
            {
            }
        }
        catch (Exception e)
        {
            lock (_gate)
            {
                _isClosed = true;
                _arrived.Clear();
            }

            _times.Cancel();
            _owner.Failed(e);
        }
    }

    // One round: false when it is time to stop.
    private bool Turn()
    {
        Work work = Await();
        if (work.Fault is not null)
            throw new IOException("preparing the next log segment failed", work.Fault);
        if (work.ReleaseBefore > LogIndex.Zero)
        {
            _log.ReleaseBefore(work.ReleaseBefore);
            _background.RequestPreparation();
        }

        _isWaitingForRoom = false;
        if (_takenMustSync)
            Persist();
        if (!_takenMustSync && (work.IsIdle || work.IsStopping))
            WriteQuietly();
        ReportRoom();
        if (!work.IsStopping)
            return true;
        _log.Sync();
        _log.MarkDurable();
        _log.Sync();
        return false;
    }

    private Work Await()
    {
        while (true)
        {
            lock (_gate)
            {
                bool canPersist = _mustSync && !_isWaitingForRoom;
                if (canPersist || _isIdle || _hasNews || _isStopping)
                    return TakeWork();
                _isSleeping = true;
            }

            _wake.Park();
        }
    }

    private Work TakeWork()
    {
        Work work = new(_releaseBefore, _isIdle, _isStopping, _backgroundFault);
        _taken.AddRange(_arrived);
        _arrived.Clear();
        _takenNumber = _appendNumber;
        _takenMustSync |= _mustSync;
        _releaseBefore = LogIndex.Zero;
        _mustSync = false;
        _isIdle = false;
        _hasNews = false;
        return work;
    }

    private void Persist()
    {
        int done = 0;
        while (done < _taken.Count)
        {
            List<WalAppend> batch = Batch(done);
            if (!MustSync(batch) || !TryWrite(batch))
                break;
            long start = Stopwatch.GetTimestamp();
            _log.Sync();
            _times.End(start);
            done += batch.Count;
            _owner.Persisted(_takenNumber - (_taken.Count - done));
        }

        _taken.RemoveRange(0, done);
        _takenMustSync = MustSync(_taken);
        _background.NoteActivity();
        if (_log.NeedsPreparation)
            _background.RequestPreparation();
    }

    // Commit indexes that no sync came along for, or else the note of what is durable.
    private void WriteQuietly()
    {
        if (_taken.Count == 0)
            _log.MarkDurable();
        else if (TryWrite(_taken))
            _taken.Clear();
        _times.Cancel();
    }

    private bool TryWrite(List<WalAppend> batch)
    {
        _times.Begin();
        try
        {
            _log.Write(batch);
            return true;
        }
        catch (DiskFullException) when (!_log.IsFailed)
        {
            Probe.Hit("wal.waits-for-room");
            _times.Cancel();
            _isWaitingForRoom = true;
            return false;
        }
    }

    private List<WalAppend> Batch(int from)
    {
        int to = from;
        long bytes = 0;
        while (to < _taken.Count && (bytes < _options.MaxBatchBytes || to == from))
            bytes += PayloadBytes(_taken[to++]);
        if (from == 0 && to == _taken.Count)
            return _taken;
        _batch.Clear();
        for (int i = from; i < to; i++)
            _batch.Add(_taken[i]);
        return _batch;
    }

    private void ReportRoom()
    {
        bool isFull = _log.IsDiskFull;
        if (isFull == _isFullReported)
            return;
        _isFullReported = isFull;
        _owner.DiskFullChanged(isFull);
    }

    private static long PayloadBytes(WalAppend append)
    {
        long bytes = 0;
        for (int i = 0; i < append.Entries.Count; i++)
            bytes += append.Entries[i].Payload.Length;
        return bytes;
    }

    private static bool MustSync(List<WalAppend> appends)
    {
        for (int i = 0; i < appends.Count; i++)
        {
            if (appends[i].MustSync)
                return true;
        }

        return false;
    }

    private readonly record struct Work(LogIndex ReleaseBefore, bool IsIdle, bool IsStopping, Exception? Fault);
}
