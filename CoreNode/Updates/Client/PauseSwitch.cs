namespace CoreNode.Updates.Client;

/// <summary>Whether a step pauses now, for what carries it out. Any thread.</summary>
internal sealed class PauseSwitch(bool isPaused)
{
    private readonly Lock _gate = new(); // _isPaused, _listener, _released
    private bool _isPaused = isPaused;
    private Action<bool>? _listener;
    private TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>From now on it pauses, or goes on.</summary>
    public void Set(bool isPaused)
    {
        lock (_gate)
        {
            if (_isPaused == isPaused)
                return;
            _isPaused = isPaused;
            if (!isPaused)
                _released.TrySetResult();
            else if (_released.Task.IsCompleted)
                _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _listener?.Invoke(isPaused);
        }
    }

    /// <summary>Who is told from now on; at once if it pauses. Null: nobody.</summary>
    public void Listen(Action<bool>? listener)
    {
        lock (_gate)
        {
            _listener = listener;
            if (_isPaused)
                listener?.Invoke(true);
        }
    }

    /// <summary>Ends when it does not pause.</summary>
    public Task WaitAsync(CancellationToken cancellation)
    {
        lock (_gate)
            return _isPaused ? _released.Task.WaitAsync(cancellation) : Task.CompletedTask;
    }
}
