namespace CoreNode.Cluster;

/// <summary>Appends on their way to the disk, in order. Owned by the loop.</summary>
internal sealed class AppendsInFlight
{
    private readonly Queue<AppendInFlight> _queue = new();

    internal int Count => _queue.Count;

    internal void Add(AppendInFlight append) => _queue.Enqueue(append);

    /// <summary>Takes all up to that number; true with the last one that had entries, if any had.</summary>
    internal bool TakeUpTo(long number, out AppendInFlight last)
    {
        last = default;
        bool hasEntries = false;
        while (_queue.TryPeek(out AppendInFlight head) && head.Number <= number)
        {
            _queue.Dequeue();
            if (head.LastIndex.Value == 0)
                continue;
            last = head;
            hasEntries = true;
        }

        return hasEntries;
    }
}
