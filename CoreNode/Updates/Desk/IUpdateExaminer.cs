namespace CoreNode.Updates.Desk;

/// <summary>Looks at all that updates of this machine need. Any thread.</summary>
public interface IUpdateExaminer
{
    /// <summary>What it finds, good or bad, in an order for people. Takes seconds if a server is silent.</summary>
    Task<IReadOnlyList<UpdateFinding>> ExamineAsync(CancellationToken cancellation);

    /// <summary>The same of every machine of the cluster, and of what they share.</summary>
    Task<IReadOnlyList<UpdateFinding>> ExamineClusterAsync(CancellationToken cancellation) =>
        ExamineAsync(cancellation);
}
