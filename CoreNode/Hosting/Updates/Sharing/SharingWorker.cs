using CoreNode.Updates.Client.Ports;
using CoreNode.Updates.Sharing;

namespace CoreNode.Hosting.Updates.Sharing;

/// <summary>Tells the sharing of payloads what the own update works on, and how far it has verified it.</summary>
internal sealed class SharingWorker(IUpdateWorker inner, PayloadSharing sharing) : IUpdateWorker
{
    /// <inheritdoc/>
    public async Task<IWorkerRun> StartAsync(WorkerTask task, CancellationToken cancellation)
    {
        sharing.Work(task.Sha256);
        try
        {
            return new Run(await inner.StartAsync(task, cancellation), sharing, task);
        }
        catch
        {
            sharing.Work("");
            throw;
        }
    }

    private sealed class Run(IWorkerRun inner, PayloadSharing sharing, WorkerTask task) : IWorkerRun
    {
        public async Task<WorkerReport?> NextAsync(CancellationToken cancellation)
        {
            WorkerReport? report = await inner.NextAsync(cancellation);
            long end = report switch
            {
                WorkerReport.Metadata metadata => metadata.Beginning,
                WorkerReport.Progress progress when task.Kind == WorkerTaskKind.Apply => progress.Done,
                WorkerReport.Applied => task.Size,
                _ => 0,
            };
            if (end > 0 && task.Size > 0)
                sharing.Verify(task.Sha256, end, task.Size);
            return report;
        }

        public void Pause(bool isPaused) => inner.Pause(isPaused);

        public async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync();
            sharing.Work("");
        }
    }
}
