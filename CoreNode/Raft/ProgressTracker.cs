using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>
/// A leader's view of everybody in the configuration, itself included. Invariant: exactly the configuration's members,
/// sorted by id, so that a run is the same every time.
/// </summary>
internal sealed class ProgressTracker(RaftConfig config)
{
    private readonly List<Progress> _all = [];
    private Configuration? _configuration;

    public IReadOnlyList<Progress> All => _all;

    /// <summary>True when there is anybody to send to.</summary>
    public bool HasOthers => _all.Count > 1 || (_all.Count == 1 && _all[0].Node != config.Id);

    public Progress? Find(NodeId node)
    {
        foreach (Progress progress in _all)
        {
            if (progress.Node == node)
                return progress;
        }

        return null;
    }

    /// <summary>A new term begins: everybody is probed from the end of the leader's log (Raft §5.3).</summary>
    public void Reset(Configuration configuration, LogIndex last)
    {
        _all.Clear();
        Follow(configuration, last);
        foreach (Progress progress in _all)
            progress.IsRecentlyActive = false;
    }

    /// <summary>Takes up new members and drops those that left.</summary>
    public void Follow(Configuration configuration, LogIndex last)
    {
        _configuration = configuration;
        _all.RemoveAll(progress => !configuration.Contains(progress.Node));
        foreach (NodeId node in configuration.Members())
        {
            if (Find(node) is not null)
                continue;
            Progress progress = new(node, new Inflights(config.MaxInflightMessages, config.MaxInflightBytes));
            progress.Reset(LogIndex.Zero, last.Next);

            // A member just added has had no chance to answer yet; it must not cost the leader its quorum.
            progress.IsRecentlyActive = true;
            _all.Add(progress);
        }

        _all.Sort(static (a, b) => a.Node.CompareTo(b.Node));
    }

    /// <summary>Highest index that a quorum has made durable (Raft §5.3, §6).</summary>
    public LogIndex QuorumMatch() => new(QuorumOf(static progress => progress.Match.Value));

    /// <summary>Highest round of reads that a quorum has confirmed.</summary>
    public ulong QuorumRound() => QuorumOf(static progress => progress.ConfirmedRound);

    /// <summary>True when a quorum was heard from since the last call.</summary>
    public bool TakeQuorumActivity()
    {
        bool isActive = QuorumOf(static progress => progress.IsRecentlyActive ? 1UL : 0UL) > 0;
        foreach (Progress progress in _all)
            progress.IsRecentlyActive = false;
        return isActive;
    }

    private ulong QuorumOf(Func<Progress, ulong> value) => Quorum.Joint(
        QuorumOf(_configuration!.VoterSpan, value), QuorumOf(_configuration.OutgoingSpan, value));

    private ulong QuorumOf(ReadOnlySpan<NodeId> voters, Func<Progress, ulong> value)
    {
        Span<ulong> reached = voters.Length <= 16 ? stackalloc ulong[voters.Length] : new ulong[voters.Length];
        for (int i = 0; i < voters.Length; i++)
            reached[i] = Find(voters[i]) is { } progress ? value(progress) : 0;
        return Quorum.Reached(reached);
    }
}
