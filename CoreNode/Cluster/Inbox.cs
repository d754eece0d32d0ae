using System.Collections.Concurrent;
using CoreNode.Platform;

namespace CoreNode.Cluster;

/// <summary>
/// Messages for the loop. Any thread posts, the loop takes. What is posted here is bounded by those who post:
/// proposals by <see cref="ReplicaOptions.MaxPendingProposals"/>, the rest by open connections and running jobs.
/// </summary>
internal sealed class Inbox(ThreadParker parker)
{
    private readonly ConcurrentQueue<LoopMessage> _messages = new();

    internal void Post(LoopMessage message)
    {
        _messages.Enqueue(message);
        parker.Unpark();
    }

    internal bool IsEmpty => _messages.IsEmpty;

    internal bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out LoopMessage? message) =>
        _messages.TryDequeue(out message);
}
