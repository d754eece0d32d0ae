namespace CoreNode.Tests.Simulation.Reboots;

/// <summary>Runs seeds.</summary>
internal static class RebootsSimulation
{
    public static RebootsResult Run(ulong seed, RebootsBug bug = RebootsBug.None) => Run(RebootsPlan.Of(seed, bug));

    public static RebootsResult Run(RebootsPlan plan) => SeededRuns.Run(
        plan.Seed, nameof(RebootsSimulationTests), plan.ToString(), () => new RebootsCluster(plan));
}
