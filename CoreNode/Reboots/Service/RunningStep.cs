namespace CoreNode.Reboots.Service;

/// <summary>The step that is being carried out. Owned by the service's loop.</summary>
internal sealed class RunningStep : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Task _work;

    private RunningStep(long number, Func<CancellationToken, Task> work)
    {
        Number = number;
        _work = work(_end.Token);
    }

    /// <summary>Its number.</summary>
    public long Number { get; }

    /// <summary>Begins it.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="work">The work: ends without an exception.</param>
    public static RunningStep Begin(long number, Func<CancellationToken, Task> work) => new(number, work);

    /// <summary>Ends it, and waits until nothing of it happens any more.</summary>
    public async ValueTask DisposeAsync()
    {
        End();
        await _work;
        _end.Dispose();
    }

    // In the loop's own order, and not on another thread: the simulator repeats it exactly.
    private void End() => _end.Cancel();
}
