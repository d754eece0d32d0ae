namespace CoreNode.Tests.Simulation.Whole;

/// <summary>Runs seeds.</summary>
internal static class WholeSimulation
{
    public static WholeResult Run(ulong seed, WholeBug bug = WholeBug.None)
    {
        WholePlan plan = WholePlan.Of(seed, bug);
        return SeededRuns.Run(seed, nameof(WholeSimulationTests), plan.ToString(), () => new WholeCluster(plan));
    }
}
