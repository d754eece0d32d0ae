namespace CoreNode.Updates.Server.Keeping;

/// <summary>A number that grows with each change, and those who wait for it. Any thread.</summary>
internal sealed class PulseBoard
{
    private readonly Lock _gate = new(); // _next
    private TaskCompletionSource? _next;
    private long _current;

    /// <summary>The number now.</summary>
    public long Current => Volatile.Read(ref _current);

    /// <summary>Something changed.</summary>
    public void Beat()
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            _current++;
            waiting = _next;
            _next = null;
        }

        waiting?.SetResult();
    }

    /// <summary>Waits until the number is beyond that one.</summary>
    public async Task<long> WaitAsync(long seen, CancellationToken cancellation)
    {
        while (true)
        {
            Task wait;
            lock (_gate)
            {
                if (_current > seen)
                    return _current;
                _next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                wait = _next.Task;
            }

            await wait.WaitAsync(cancellation);
        }
    }
}
