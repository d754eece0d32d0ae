using CoreNode.Updates.Applying.Worker;

namespace CoreNode.Updates.Applying;

/// <summary>What is said to a worker while it works: pause, go, another rate, stop. Any thread.</summary>
public sealed class WorkControl : IDisposable
{
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(1);

    // Guards the fields below; whoever changes one wakes the others.
    private readonly object _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Pacer _fetch;
    private readonly Pacer _disk;
    private readonly TimeProvider _time;
    private TaskCompletionSource? _paused;

    /// <summary>Going, at a rate; 0 for none.</summary>
    public WorkControl(TimeProvider time, long bytesPerSecond)
    {
        _time = time;
        _fetch = new Pacer(time);
        _disk = new Pacer(time);
        Obey(new WorkerOrder.Rate(bytesPerSecond));
    }

    /// <summary>Cancelled once it shall stop.</summary>
    public CancellationToken Stopped => _stop.Token;

    /// <summary>Whether it shall wait.</summary>
    public bool IsPaused
    {
        get
        {
            lock (_gate)
                return _paused is not null && !_stop.IsCancellationRequested;
        }
    }

    /// <summary>Whether it was last told to wait, stopped or not: then the disk is left alone.</summary>
    internal bool IsAskedToPause
    {
        get
        {
            lock (_gate)
                return _paused is not null;
        }
    }

    /// <summary>Does as told.</summary>
    public void Obey(WorkerOrder order)
    {
        switch (order)
        {
            case WorkerOrder.Pause:
                lock (_gate)
                    _paused ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                break;
            case WorkerOrder.Go:
                lock (_gate)
                {
                    _paused?.TrySetResult();
                    _paused = null;
                    Monitor.PulseAll(_gate);
                }

                break;
            case WorkerOrder.Rate rate:
                _fetch.Set(rate.BytesPerSecond);
                _disk.Set(rate.BytesPerSecond);
                break;
        }
    }

    /// <summary>Ends the work at the next operation.</summary>
    public void Stop()
    {
        _stop.Cancel();
        lock (_gate)
            Monitor.PulseAll(_gate);
    }

    /// <summary>Waits until it may go on; cancelled by <see cref="Stop"/>.</summary>
    internal Task WhenGoingAsync()
    {
        lock (_gate)
            return _paused?.Task.WaitAsync(_stop.Token) ?? Task.CompletedTask;
    }

    /// <summary>After fetching: waits as long as the rate wants.</summary>
    internal Task FetchedAsync(long bytes)
    {
        TimeSpan wait = _fetch.Spend(bytes);
        return wait > TimeSpan.Zero ? Task.Delay(wait, _time, _stop.Token) : Task.CompletedTask;
    }

    /// <summary>
    /// Before bytes go to or come from the disk, on a thread of its own: waits while paused, then as long as the rate
    /// wants. False once it shall stop.
    /// </summary>
    internal bool WaitForDisk(long bytes)
    {
        long began = _time.GetTimestamp();
        TimeSpan wait = _disk.Spend(bytes);
        lock (_gate)
        {
            while (!_stop.IsCancellationRequested)
            {
                TimeSpan left = wait - _time.GetElapsedTime(began);
                if (_paused is null && left <= TimeSpan.Zero)
                    return true;
                Monitor.Wait(_gate, left > TimeSpan.Zero && left < s_longestWait ? left : s_longestWait);
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();
}
