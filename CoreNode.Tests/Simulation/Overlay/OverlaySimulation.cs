namespace CoreNode.Tests.Simulation.Overlay;

/// <summary>Runs seeds.</summary>
internal static class OverlaySimulation
{
    public static OverlayResult Run(ulong seed, OverlayBug bug = OverlayBug.None) => Run(OverlayPlan.Of(seed, bug));

    public static OverlayResult Run(OverlayPlan plan) => SeededRuns.Run(
        plan.Seed, nameof(OverlaySimulationTests), plan.ToString(), () => new OverlayCluster(plan));
}
