using CoreNode.Platform;
using Microsoft.Extensions.Logging;

namespace CoreNode.Cluster;

/// <summary>
/// Writes snapshots on a thread of its own with low priority, one at a time: the captured state is immutable, so the
/// loop goes on meanwhile.
/// </summary>
internal sealed class SnapshotJobs(SnapshotStore store, Inbox inbox, TimeProvider time, ILogger logger)
    : ISnapshotJobs, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Thread? _thread;
    private long _taken;

    /// <summary>Snapshots written since the start.</summary>
    internal long Taken => Volatile.Read(ref _taken);

    public void Start(CapturedSnapshot snapshot)
    {
        _thread = new Thread(() => Run(snapshot)) { Name = "snapshot", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Ends a running job; what it wrote is removed at the next start.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _thread?.Join();
        _stop.Dispose();
    }

    private void Run(CapturedSnapshot snapshot)
    {
        BackgroundPriority.Enter();
        long start = time.GetTimestamp();
        try
        {
            long bytes = store.Write(snapshot, _stop.Token);
            Interlocked.Increment(ref _taken);
            logger.SnapshotTaken(
                snapshot.Index, snapshot.Keys.Keyspace.Count, bytes,
                (long)time.GetElapsedTime(start).TotalMilliseconds);
            inbox.Post(new SnapshotFinished(snapshot, null));
        }
        catch (OperationCanceledException)
        {
            // The replica stops; nobody waits for this snapshot.
        }
        catch (Exception fault)
        {
            logger.SnapshotFailed(fault, snapshot.Index);
            inbox.Post(new SnapshotFinished(snapshot, fault));
        }
    }
}
