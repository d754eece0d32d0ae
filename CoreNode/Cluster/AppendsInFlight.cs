using System.Diagnostics.CodeAnalysis;
using CoreNode.Raft;

namespace CoreNode.Cluster;

/// <summary>Appends on their way to the disk, in order. Owned by the loop.</summary>
internal sealed class AppendsInFlight
{
    private readonly Queue<AppendInFlight> _queue = new();
    private AppendInFlight? _newest;

    internal int Count => _queue.Count;

    /// <summary>When the oldest of them was handed over; null if none is on its way.</summary>
    internal long? OldestStartedAt => _queue.TryPeek(out AppendInFlight? head) ? head.StartedAt : null;

    internal void Add(AppendInFlight append)
    {
        _queue.Enqueue(append);
        _newest = append;
    }

    /// <summary>
    /// Keeps messages until everything handed over so far is durable; false if it is already.
    /// </summary>
    internal bool TryHold(IReadOnlyList<RaftMessage> messages)
    {
        if (_queue.Count == 0)
            return false;
        (_newest!.Messages ??= []).AddRange(messages);
        return true;
    }

    /// <summary>Takes the oldest if the log has confirmed it.</summary>
    internal bool TryTake(long confirmedNumber, [NotNullWhen(true)] out AppendInFlight? append)
    {
        if (_queue.TryPeek(out append) && append.Number <= confirmedNumber)
        {
            _queue.Dequeue();
            return true;
        }

        append = null;
        return false;
    }
}
