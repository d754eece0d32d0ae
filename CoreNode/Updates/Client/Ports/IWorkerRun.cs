namespace CoreNode.Updates.Client.Ports;

/// <summary>One process at work. Disposing it ends the process, at once, and waits until it is gone.</summary>
public interface IWorkerRun : IAsyncDisposable
{
    /// <summary>What it reports next; null once it has ended. One reader.</summary>
    /// <exception cref="IOException">It says something that no worker says.</exception>
    Task<WorkerReport?> NextAsync(CancellationToken cancellation);

    /// <summary>Has it pause at the next moment, or go on. Any thread; does not wait.</summary>
    void Pause(bool isPaused);
}
