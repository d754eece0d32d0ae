using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>The appends sent to one follower and not answered, oldest first, bounded in number and weight.</summary>
internal sealed class Inflights(int maxMessages, long maxBytes)
{
    private readonly Queue<(LogIndex Last, long Bytes)> _sent = new();
    private long _bytes;

    public int Count => _sent.Count;

    public bool IsFull => _sent.Count >= maxMessages || _bytes >= maxBytes;

    public void Add(LogIndex last, long bytes)
    {
        Invariant.That(!IsFull, "nothing is sent beyond the inflight window");
        _sent.Enqueue((last, bytes));
        _bytes += bytes;
    }

    /// <summary>The follower has everything up to <paramref name="index"/>.</summary>
    public void FreeTo(LogIndex index)
    {
        while (_sent.TryPeek(out (LogIndex Last, long Bytes) oldest) && oldest.Last <= index)
        {
            _sent.Dequeue();
            _bytes -= oldest.Bytes;
        }
    }

    public void Clear()
    {
        _sent.Clear();
        _bytes = 0;
    }
}
