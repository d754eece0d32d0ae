namespace CoreNode.Tests.Simulation.Units;

/// <summary>Runs seeds, and says of a failed one how to run it again.</summary>
internal static class UnitsSimulation
{
    private const ulong TraceLines = 150;

    public static UnitsResult Run(ulong seed, UnitsBug bug = UnitsBug.None)
    {
        // What the simulated machines wait for is completed in the simulation's own order.
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return new UnitsCluster(UnitsPlan.Of(seed, bug)).Run();
        }
        catch (Exception problem)
        {
            throw new AssertionException(Describe(seed, bug, problem));
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    // The same seed does the same again: this time with text.
    private static string Describe(ulong seed, UnitsBug bug, Exception problem)
    {
        UnitsCluster again = new(UnitsPlan.Of(seed, bug));
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

        return $"SIM FAILED seed={seed} -> {Simulation.FirstSeedVariable}={seed} {Simulation.SeedsVariable}=1 "
            + $"dotnet test CoreNode.Tests --filter FullyQualifiedName~{nameof(UnitsSimulationTests)}\n{again.Plan}\n"
            + $"{same}{problem}\n" + string.Join('\n', again.World.Trace.Lines);
    }
}
