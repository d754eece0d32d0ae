namespace CoreNode.Tests.Simulation.Units;

/// <summary>Runs seeds, and says of a failed one how to run it again.</summary>
internal static class UnitsSimulation
{
    private const ulong TraceLines = 150;

    public static UnitsResult Run(ulong seed, UnitsBug bug = UnitsBug.None) => Run(UnitsPlan.Of(seed, bug));

    public static UnitsResult Run(UnitsPlan plan)
    {
        // What the simulated machines wait for is completed in the simulation's own order.
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return new UnitsCluster(plan).Run();
        }
        catch (Exception problem)
        {
            throw new AssertionException(Describe(plan, problem));
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    // The same seed does the same again: this time with text.
    private static string Describe(UnitsPlan plan, Exception problem)
    {
        UnitsCluster again = new(plan);
        again.World.Trace.KeptLines = (int)Simulation.Number(Simulation.TraceVariable, TraceLines);
        string same = "";
        try
        {
            again.Run();
            same = "(the second time it did not happen)\n";
        }
        catch (Exception second)
        {
            same = second.Message == problem.Message ? "" : $"(the second time: {second.Message})\n";
        }

        string seed = $"{Simulation.FirstSeedVariable}={plan.Seed} {Simulation.SeedsVariable}=1";
        return $"SIM FAILED seed={plan.Seed} -> {seed} "
            + $"dotnet test CoreNode.Tests --filter FullyQualifiedName~"
            + $"{(plan.IsCareful ? nameof(CarefulSimulationTests) : nameof(UnitsSimulationTests))}\n{again.Plan}\n"
            + $"{same}{problem}\n" + string.Join('\n', again.World.Trace.Lines);
    }
}
