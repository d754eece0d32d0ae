namespace CoreNode.Store;

/// <summary>Changes who is in the cluster. Any thread.</summary>
public interface IMembership
{
    /// <summary>
    /// Asks the leader, wherever it is, and answers once the change is committed and this member shows it, or says why
    /// not. One at a time in the whole cluster.
    /// </summary>
    ValueTask<MemberChangeOutcome> ChangeAsync(MemberChange change, CancellationToken cancellation);

    /// <summary>Hands leadership to another voter, the furthest one if <paramref name="target"/> is nobody.</summary>
    ValueTask<MemberChangeOutcome> MoveLeaderAsync(Foundation.NodeId target, CancellationToken cancellation);
}
