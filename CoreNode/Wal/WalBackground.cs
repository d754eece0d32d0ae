using System.Diagnostics;
using CoreNode.Platform;

namespace CoreNode.Wal;

/// <summary>
/// The Wal thread's helper, at low priority: prepares segments, tries again while the disk is full, and notices when
/// the log has gone quiet, so that the Wal thread itself never waits with a timeout. Any thread may call it.
/// </summary>
internal sealed class WalBackground : IDisposable
{
    private readonly WalLog _log;
    private readonly WalThread _owner;
    private readonly AutoResetEvent _wake = new(false);
    private readonly Thread _thread;
    private long _activity;
    private volatile bool _isArmed;
    private volatile bool _isRequested;
    private volatile bool _isStopping;

    /// <summary>Starts; the first preparation waits until the node has had time to start.</summary>
    public WalBackground(WalLog log, WalThread owner)
    {
        _log = log;
        _owner = owner;
        _thread = new Thread(Run) { Name = "wal-prepare", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Something was written or waits to be: a quiet moment begins anew.</summary>
    public void NoteActivity()
    {
        Interlocked.Increment(ref _activity);
        if (_isArmed)
            return;
        _isArmed = true;
        _wake.Set();
    }

    /// <summary>The next segment will be needed, or there is something to clear.</summary>
    public void RequestPreparation()
    {
        if (_isRequested)
            return;
        _isRequested = true;
        _wake.Set();
    }

    /// <summary>Ends the thread after what it is doing.</summary>
    public void Stop()
    {
        _isStopping = true;
        _wake.Set();
        _thread.Join();
    }

    /// <inheritdoc/>
    public void Dispose() => _wake.Dispose();

    private void Run()
    {
        BackgroundPriority.Enter();
        long seen = 0;
        long attempt = Stopwatch.GetTimestamp();
        bool isFirst = true;
        while (!_isStopping)
        {
            TimeSpan delay = Delay(isFirst, attempt);
            bool isTimeout = delay == TimeSpan.Zero || !_wake.WaitOne(delay);
            if (_isStopping)
                return;
            if (_isRequested || (isTimeout && (isFirst || IsRetryDue(attempt))))
            {
                isFirst = false;
                Prepare();
                attempt = Stopwatch.GetTimestamp();
            }

            if (isTimeout && _isArmed)
                seen = CheckIdle(seen);
        }
    }

    private TimeSpan Delay(bool isFirst, long attempt)
    {
        TimeSpan delay = Timeout.InfiniteTimeSpan;
        if (_log.IsDiskFull)
        {
            TimeSpan left = _log.Options.DiskFullRetryDelay - Stopwatch.GetElapsedTime(attempt);
            delay = left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }

        bool isSooner = delay == Timeout.InfiniteTimeSpan || delay > _log.Options.IdleDelay;
        return (isFirst || _isArmed) && isSooner ? _log.Options.IdleDelay : delay;
    }

    private bool IsRetryDue(long attempt) =>
        _log.IsDiskFull && Stopwatch.GetElapsedTime(attempt) >= _log.Options.DiskFullRetryDelay;

    private void Prepare()
    {
        _isRequested = false;
        try
        {
            _log.PrepareNext();
            _owner.NotifyPrepared(null);
        }
        catch (Exception e)
        {
            _owner.NotifyPrepared(e);
        }
    }

    // The activity is read again after disarming: whoever writes in between either sees it disarmed or is seen here.
    private long CheckIdle(long seen)
    {
        long activity = Interlocked.Read(ref _activity);
        if (activity != seen)
            return activity;
        _isArmed = false;
        Interlocked.MemoryBarrier();
        if (Interlocked.Read(ref _activity) != seen)
            _isArmed = true;
        else
            _owner.NotifyIdle();
        return seen;
    }
}
