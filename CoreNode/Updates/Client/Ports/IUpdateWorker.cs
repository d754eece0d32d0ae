namespace CoreNode.Updates.Client.Ports;

/// <summary>Fetches and writes payloads in a process of its own, which cannot starve the store.</summary>
public interface IUpdateWorker
{
    /// <summary>Starts the process.</summary>
    /// <exception cref="IOException">It cannot be started.</exception>
    Task<IWorkerRun> StartAsync(WorkerTask task, CancellationToken cancellation);
}
