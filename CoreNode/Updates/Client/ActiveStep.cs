using CoreNode.Updates.Lifecycle;

namespace CoreNode.Updates.Client;

/// <summary>The step that is being carried out. Owned by the client's loop.</summary>
internal sealed class ActiveStep : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Task _work;

    private ActiveStep(UpdateStep step, Func<ActiveStep, CancellationToken, Task>? work)
    {
        Number = step.Number;
        Pause = new PauseSwitch(step.IsPaused);
        _work = work?.Invoke(this, _end.Token) ?? Task.CompletedTask;
    }

    /// <summary>Its number.</summary>
    public long Number { get; }

    /// <summary>Whether it pauses.</summary>
    public PauseSwitch Pause { get; }

    /// <summary>Begins it; null: there is nothing to do for it. The work ends without an exception.</summary>
    public static ActiveStep Begin(UpdateStep step, Func<ActiveStep, CancellationToken, Task>? work) =>
        new(step, work);

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
