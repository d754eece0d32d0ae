using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>
/// Reads waiting for their confirmation (thesis §6.4). Reads that arrive between two Readies share one round of
/// heartbeats; a quorum that answers round n confirms all reads of rounds up to n. Invariant: rounds and indexes never
/// decrease along the queue.
/// </summary>
internal sealed class ReadOnlyQueue
{
    private readonly Queue<Read> _confirming = new();
    private readonly List<Read> _waiting = [];

    /// <summary>The last round started; rounds go on over terms, so that an old answer confirms nothing.</summary>
    public ulong Round { get; private set; }

    public int Count => _confirming.Count + _waiting.Count;

    /// <summary>True when reads arrived that no round covers yet.</summary>
    public bool IsRoundDue { get; private set; }

    /// <summary>The round that heartbeats should carry, or 0 when nobody waits.</summary>
    public ulong OpenRound => _confirming.Count == 0 ? 0 : Round;

    /// <summary>A read that may be answered at <paramref name="index"/> once a round confirms this leader.</summary>
    public void Add(NodeId from, ulong context, LogIndex index)
    {
        _confirming.Enqueue(new Read(from, context, index, Round + 1));
        IsRoundDue = true;
    }

    /// <summary>A read that came before the leader committed an entry of its own term.</summary>
    public void Postpone(NodeId from, ulong context) => _waiting.Add(new Read(from, context, LogIndex.Zero, 0));

    /// <summary>Takes the postponed reads out, for the caller to ask again.</summary>
    public (NodeId From, ulong Context)[] TakePostponed()
    {
        if (_waiting.Count == 0)
            return [];
        (NodeId, ulong)[] taken = _waiting.ConvertAll(static read => (read.From, read.Context)).ToArray();
        _waiting.Clear();
        return taken;
    }

    /// <summary>Starts the round for the reads that have arrived.</summary>
    public ulong StartRound()
    {
        IsRoundDue = false;
        return ++Round;
    }

    /// <summary>Takes out the next read that a quorum has confirmed.</summary>
    public bool TryTakeConfirmed(ulong quorumRound, out NodeId from, out ReadState state)
    {
        if (_confirming.TryPeek(out Read read) && read.Round <= quorumRound)
        {
            _confirming.Dequeue();
            (from, state) = (read.From, new ReadState(read.Context, read.Index));
            return true;
        }

        (from, state) = (NodeId.None, default);
        return false;
    }

    /// <summary>The leader lost its role: nobody will be answered.</summary>
    public void Clear()
    {
        _confirming.Clear();
        _waiting.Clear();
        IsRoundDue = false;
    }

    private readonly record struct Read(NodeId From, ulong Context, LogIndex Index, ulong Round);
}
