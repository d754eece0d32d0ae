namespace CoreNode.Systemd;

/// <summary>
/// Makes few reloads out of many wishes: who asks gets the next one that begins afterwards, together with all that ask
/// until then; it begins only when nobody is about to ask, within bounds. Any thread.
/// </summary>
internal sealed class ReloadGate(Func<CancellationToken, Task> reload, TimeProvider time)
{
    private static readonly TimeSpan s_mostGathering = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_gatheringStep = TimeSpan.FromMilliseconds(2);

    // Guards _next, _isRunning and _coming.
    private readonly Lock _gate = new();
    private TaskCompletionSource? _next;
    private bool _isRunning;
    private int _coming;

    /// <summary>Reloads so far.</summary>
    public int Count { get; private set; }

    /// <summary>Somebody prepares files and will ask for a reload: it is waited for. To be ended in any case.</summary>
    public void BeginComing()
    {
        lock (_gate)
            _coming++;
    }

    /// <inheritdoc cref="BeginComing"/>
    public void EndComing()
    {
        lock (_gate)
            _coming--;
    }

    /// <summary>Ends when a reload that began after this call has ended; fails as it failed.</summary>
    public Task RequestAsync(CancellationToken cancellation)
    {
        Task wanted;
        bool starts;
        lock (_gate)
        {
            _next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            wanted = _next.Task;
            starts = !_isRunning;
            _isRunning = true;
        }

        if (starts)
            _ = RunAsync();
        return wanted.WaitAsync(cancellation);
    }

    private async Task RunAsync()
    {
        // Not the first caller's thread and not within its lock.
        await Task.Yield();
        while (true)
        {
            await GatherAsync();
            TaskCompletionSource current;
            lock (_gate)
            {
                if (_next is null)
                {
                    _isRunning = false;
                    return;
                }

                current = _next;
                _next = null;
            }

            try
            {
                // One caller's giving up must not end it for the others.
                await reload(CancellationToken.None);
                Count++;
                current.TrySetResult();
            }
            catch (BusException failure)
            {
                current.TrySetException(failure);
            }
        }
    }

    private async Task GatherAsync()
    {
        long began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < s_mostGathering)
        {
            lock (_gate)
            {
                if (_coming == 0)
                    return;
            }

            await Task.Delay(s_gatheringStep, time);
        }
    }
}
