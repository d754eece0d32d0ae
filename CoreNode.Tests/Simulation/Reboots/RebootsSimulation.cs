namespace CoreNode.Tests.Simulation.Reboots;

/// <summary>Runs seeds, and says of a failed one how to run it again.</summary>
internal static class RebootsSimulation
{
    private const ulong TraceLines = 150;

    public static RebootsResult Run(ulong seed, RebootsBug bug = RebootsBug.None) => Run(RebootsPlan.Of(seed, bug));

    public static RebootsResult Run(RebootsPlan plan)
    {
        // What the simulated nodes wait for is completed in the simulation's own order.
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return new RebootsCluster(plan).Run();
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
    private static string Describe(RebootsPlan plan, Exception problem)
    {
        RebootsCluster again = new(plan);
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

        return $"SIM FAILED seed={plan.Seed} -> {Simulation.FirstSeedVariable}={plan.Seed} "
            + $"{Simulation.SeedsVariable}=1 dotnet test CoreNode.Tests --filter FullyQualifiedName~"
            + $"{nameof(RebootsSimulationTests)}\n{plan}\n{same}{problem}\n"
            + string.Join('\n', again.World.Trace.Lines);
    }
}
