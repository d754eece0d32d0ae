using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api.Fleet;

/// <summary>What became of a write, as far as its answer depends on it.</summary>
/// <param name="Index">Index of the change; zero where there is none.</param>
/// <param name="Error">What the store refused with; null if it did not refuse.</param>
/// <param name="Fault">Why it is not known to be done, for people; empty if it is known.</param>
internal sealed record WriteResult(StoreIndex Index, KvError? Error, string Fault)
{
    /// <summary>It was done.</summary>
    public bool IsDone => Error is null && Fault.Length == 0;

    /// <summary>The store was not reached, or said that it has no quorum: nothing is known to be done.</summary>
    public bool IsAway => Fault.Length > 0;

    /// <summary>True if the store refused with that code.</summary>
    public bool Is(ErrorCode code) => Error?.Is(code) == true;

    /// <summary>One line for people; empty if it was done.</summary>
    public string Reason => Fault.Length > 0 ? Fault : Error is null ? "" : $"the store refused: {Error}";

    /// <summary>Of a store's answer.</summary>
    public static WriteResult Of(KvOutcome outcome) => outcome switch
    {
        KvOutcome.Done done => new WriteResult(done.Change.Node.ModifiedIndex, null, ""),
        KvOutcome.Refused { Error: var error } when error.Is(ErrorCode.RaftInternal) =>
            new WriteResult(default, null, $"the store has no leader now, it may still happen: {error.Message}"),
        KvOutcome.Refused { Error: var error } => new WriteResult(default, error, ""),
        KvOutcome.Unreachable { Reason: var reason } =>
            new WriteResult(default, null, $"the store cannot be reached, nothing was changed; try again ({reason})"),
        KvOutcome.Unknown { Reason: var reason } =>
            new WriteResult(default, null, $"the store did not answer, it may have happened; look again ({reason})"),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "no such outcome"),
    };

    /// <summary>Of several writes that belong together: the first that was not done, else the last index.</summary>
    public static WriteResult Of(WriteResult one, WriteResult other) =>
        !one.IsDone ? one : !other.IsDone ? other : one.Index > other.Index ? one : other;
}
