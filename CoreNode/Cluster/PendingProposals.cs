using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Cluster;

/// <summary>
/// Writes that are in the log and not yet applied, in log order. Owned by the loop. An entry of another term at a
/// proposal's index means that a new leader overwrote it; one that waits too long is answered as unknown: it may still
/// happen.
/// </summary>
internal sealed class PendingProposals(List<Proposal> completed)
{
    private readonly Queue<Proposal> _waiting = new();

    internal int Count => _waiting.Count;

    internal void Add(Proposal proposal, LogIndex index, Term term)
    {
        proposal.Index = index;
        proposal.Term = term;
        _waiting.Enqueue(proposal);
    }

    /// <summary>The entry at that position was applied with this outcome.</summary>
    internal void Applied(LogIndex index, Term term, in KeyOutcome outcome)
    {
        while (_waiting.TryPeek(out Proposal? head) && head.Index <= index)
        {
            _waiting.Dequeue();
            if (head.Index == index && head.Term == term)
                head.SetOutcome(outcome);
            else
                head.SetOutcome(Unknown(StoreErrors.LostLeadership));
            completed.Add(head);
        }
    }

    /// <summary>Gives up on those that started before the given timestamp.</summary>
    internal void ExpireStartedBefore(long timestamp)
    {
        while (_waiting.TryPeek(out Proposal? head) && head.StartedAt < timestamp)
            Fail(_waiting.Dequeue(), StoreErrors.TimedOut);
    }

    /// <summary>Gives up on all: the replica stops.</summary>
    internal void FailAll(KeyError error)
    {
        while (_waiting.TryDequeue(out Proposal? head))
            Fail(head, error);
    }

    private void Fail(Proposal proposal, KeyError error)
    {
        proposal.SetOutcome(Unknown(error));
        completed.Add(proposal);
    }

    private static KeyOutcome Unknown(KeyError error) => new(null, error, StoreIndex.Zero);
}
