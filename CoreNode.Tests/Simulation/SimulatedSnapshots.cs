using CoreNode.Cluster;

namespace CoreNode.Tests.Simulation;

/// <summary>The snapshot thread, simulated: some time after it was asked it writes the snapshot, all at once.</summary>
internal sealed class SimulatedSnapshots(SimulatedWorld world, SimulatedProcess process, SnapshotStore store)
    : ISnapshotJobs
{
    /// <inheritdoc/>
    public void Start(CapturedSnapshot snapshot) => world.After(
        (5 + world.Chance.Next(200)) * SimulationPlan.Millisecond,
        () => process.RunThread(() =>
        {
            store.Write(snapshot, CancellationToken.None);
            process.Post(new SnapshotFinished(snapshot, null));
        }));
}
