using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>
/// What a leader knows of one member. Invariants: Match &lt; Next; the member has durably acknowledged everything up to
/// Match in this term; only <see cref="ProgressState.Replicate"/> has appends in flight.
/// </summary>
internal sealed class Progress(NodeId node, Inflights inflights)
{
    public NodeId Node { get; } = node;

    public ProgressState State { get; private set; } = ProgressState.Probe;

    /// <summary>Highest index known to be durable there.</summary>
    public LogIndex Match { get; private set; }

    /// <summary>Next index to send.</summary>
    public LogIndex Next { get; private set; } = LogIndex.Zero.Next;

    /// <summary>Index of the snapshot on its way.</summary>
    public LogIndex PendingSnapshot { get; private set; }

    /// <summary>Heard from since the last check of the quorum.</summary>
    public bool IsRecentlyActive { get; set; }

    /// <summary>Highest round of reads confirmed.</summary>
    public ulong ConfirmedRound { get; set; }

    /// <summary>Highest commit index told.</summary>
    public LogIndex CommitTold { get; set; }

    /// <summary>A probe is out and unanswered.</summary>
    public bool IsProbeOut { get; set; }

    /// <summary>
    /// The member answers but lacks entries: send an append even into a full window, because what is in flight may be
    /// lost and only a rejection shows it.
    /// </summary>
    public bool IsNudgeDue { get; set; }

    public int InflightCount => inflights.Count;

    /// <summary>True when nothing may be sent but a nudge.</summary>
    public bool IsPaused => State switch
    {
        ProgressState.Probe => IsProbeOut,
        ProgressState.Replicate => inflights.IsFull,
        ProgressState.Snapshot => true,
        _ => throw new InvariantException($"unknown state {State}"),
    };

    /// <summary>Forgets what an earlier term learned.</summary>
    public void Reset(LogIndex match, LogIndex next)
    {
        Become(ProgressState.Probe);
        Match = match;
        Next = next;
        IsRecentlyActive = false;
        ConfirmedRound = 0;
        CommitTold = LogIndex.Zero;
    }

    public void BecomeProbe()
    {
        // After a snapshot the follower continues there, unless it is known to be further.
        Next = State == ProgressState.Snapshot ? LogIndex.Max(Match, PendingSnapshot).Next : Match.Next;
        Become(ProgressState.Probe);
    }

    public void BecomeReplicate()
    {
        Become(ProgressState.Replicate);
        Next = Match.Next;
    }

    public void BecomeSnapshot(LogIndex snapshot)
    {
        Become(ProgressState.Snapshot);
        PendingSnapshot = snapshot;
    }

    /// <summary>The snapshot did not arrive.</summary>
    public void FailSnapshot() => PendingSnapshot = LogIndex.Zero;

    /// <summary>Notes an append that ends with <paramref name="last"/>.</summary>
    public void Sent(LogIndex last, int count, long bytes)
    {
        IsNudgeDue = false;
        if (State == ProgressState.Probe)
        {
            IsProbeOut = true;
        }
        else if (count > 0)
        {
            Next = last.Next;
            inflights.Add(last, bytes);
        }
    }

    /// <summary>The member has everything up to <paramref name="index"/> on disk; false if that is old news.</summary>
    public bool Acknowledge(LogIndex index)
    {
        bool isNews = index > Match;
        if (isNews)
        {
            Match = index;
            IsProbeOut = false;
        }

        Next = LogIndex.Max(Next, Match.Next);
        if (State == ProgressState.Replicate)
            inflights.FreeTo(index);
        return isNews;
    }

    /// <summary>
    /// The member rejected an append after <paramref name="rejected"/>; the logs may agree at <paramref name="hint"/>.
    /// False if that answers an append of long ago.
    /// </summary>
    public bool StepBack(LogIndex rejected, LogIndex hint)
    {
        // What was acknowledged cannot be missing: an old answer, or a disk that was set back.
        if (rejected <= Match)
            return false;
        if (State == ProgressState.Replicate)
        {
            BecomeProbe();
            return true;
        }

        if (State == ProgressState.Snapshot || Next.Previous != rejected)
            return false;
        Next = LogIndex.Max(LogIndex.Min(rejected, hint.Next), Match.Next);
        IsProbeOut = false;
        return true;
    }

    private void Become(ProgressState state)
    {
        State = state;
        IsProbeOut = false;
        IsNudgeDue = false;
        PendingSnapshot = LogIndex.Zero;
        inflights.Clear();
    }
}
