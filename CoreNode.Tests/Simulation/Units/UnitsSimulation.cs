namespace CoreNode.Tests.Simulation.Units;

/// <summary>Runs seeds.</summary>
internal static class UnitsSimulation
{
    public static UnitsResult Run(ulong seed, UnitsBug bug = UnitsBug.None) => Run(UnitsPlan.Of(seed, bug));

    public static UnitsResult Run(UnitsPlan plan) => SeededRuns.Run(
        plan.Seed, plan.IsCareful ? nameof(CarefulSimulationTests) : nameof(UnitsSimulationTests), plan.ToString(),
        () => new UnitsCluster(plan));
}
