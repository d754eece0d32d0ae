using CoreNode.Foundation;

namespace CoreNode.Store;

/// <summary>
/// A running watch. Events come in order; when <see cref="IsDropped"/> the reader was too slow (100 undelivered
/// events), or a leader's snapshot stands for the events that would follow, and it gets no more. One reader. Dispose
/// ends it.
/// </summary>
public interface IWatch : IDisposable
{
    /// <summary>The store index when the watch began: the X-Etcd-Index of its answer.</summary>
    StoreIndex StartIndex { get; }

    /// <summary>Log position when it began.</summary>
    LogIndex StartAppliedIndex { get; }

    /// <summary>Raft term when it began.</summary>
    Term StartTerm { get; }

    /// <summary>True once events were lost; what is queued can still be read.</summary>
    bool IsDropped { get; }

    /// <summary>Takes the next event if there is one.</summary>
    bool TryRead([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out KeyEvent? change);

    /// <summary>
    /// Waits until there is an event (true), or the watch ended (false): it was dropped, the store stops, or somebody
    /// disposed it, which is how a waiting reader is called off.
    /// </summary>
    ValueTask<bool> WaitAsync();
}
