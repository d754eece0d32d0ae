using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Cluster;

/// <summary>
/// Writes that are in a leader's log and not yet applied here. Owned by the loop. An entry of another term at a
/// proposal's index means that a new leader overwrote it; one that waits too long is answered as unknown: it may still
/// happen.
/// </summary>
internal sealed class PendingProposals(List<Proposal> completed)
{
    private readonly Dictionary<ulong, Proposal> _waiting = [];

    internal int Count => _waiting.Count;

    internal void Add(Proposal proposal, LogIndex index, Term term)
    {
        proposal.Term = term;

        // Another leader put its own entry where an older one's was; the older one may yet win in a later term.
        if (_waiting.Remove(index.Value, out Proposal? older))
            Fail(older, StoreErrors.LostLeadership);
        _waiting.Add(index.Value, proposal);
    }

    /// <summary>The entry at that position was applied with this outcome.</summary>
    internal void Applied(LogIndex index, Term term, in KeyOutcome outcome)
    {
        if (_waiting.Count == 0 || !_waiting.Remove(index.Value, out Proposal? proposal))
            return;
        proposal.SetOutcome(proposal.Term == term ? outcome : Unknown(StoreErrors.LostLeadership));
        completed.Add(proposal);
    }

    /// <summary>A snapshot stands for everything up to there: what became of those writes is not known here.</summary>
    internal void SkippedTo(LogIndex index)
    {
        foreach ((ulong at, Proposal proposal) in _waiting)
        {
            if (at > index.Value)
                continue;
            _waiting.Remove(at);
            Fail(proposal, StoreErrors.LostLeadership);
        }
    }

    /// <summary>Gives up on those that started before the given timestamp.</summary>
    internal void ExpireStartedBefore(long timestamp)
    {
        foreach ((ulong at, Proposal proposal) in _waiting)
        {
            if (proposal.StartedAt >= timestamp)
                continue;
            _waiting.Remove(at);
            Fail(proposal, StoreErrors.TimedOut);
        }
    }

    /// <summary>Gives up on all: the replica stops.</summary>
    internal void FailAll(KeyError error)
    {
        foreach (Proposal proposal in _waiting.Values)
            Fail(proposal, error);
        _waiting.Clear();
    }

    private void Fail(Proposal proposal, KeyError error)
    {
        proposal.SetOutcome(Unknown(error));
        completed.Add(proposal);
    }

    private static KeyOutcome Unknown(KeyError error) => new(null, error, StoreIndex.Zero);
}
