namespace CoreNode.Store;

/// <summary>
/// Whether this process decides for the cluster's machines now: the store's leader does, or with an existing etcd who
/// holds the engine's key. Any thread.
/// </summary>
public interface ILeadership
{
    /// <summary>The term of office that this process has now; null while somebody else has.</summary>
    ILeaderTerm? Current { get; }

    /// <summary>Returns once <see cref="Current"/> is another one than <paramref name="known"/>.</summary>
    Task<ILeaderTerm?> WaitForChangeAsync(ILeaderTerm? known, CancellationToken cancellation);
}
