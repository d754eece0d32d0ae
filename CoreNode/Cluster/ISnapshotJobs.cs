namespace CoreNode.Cluster;

/// <summary>Writes snapshots beside the loop; answers with <see cref="SnapshotFinished"/>.</summary>
internal interface ISnapshotJobs
{
    /// <summary>Starts to write; one at a time.</summary>
    void Start(CapturedSnapshot snapshot);
}
