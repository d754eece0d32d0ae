namespace CoreNode.Tests.Simulation;

/// <summary>Runs one seed, and says of a failed one how to run it again.</summary>
internal static class SeededRuns
{
    private const ulong TraceLines = 150;

    /// <summary>Runs it; the same again, with text, if it fails.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="fixture">The tests that run it.</param>
    /// <param name="plan">What it simulates, in one line.</param>
    /// <param name="make">Makes the run; each time the same.</param>
    public static T Run<T>(ulong seed, string fixture, string plan, Func<ISeededRun<T>> make)
    {
        // What the simulated machines wait for is completed in the simulation's own order.
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return make().Run();
        }
        catch (Exception problem)
        {
            throw new AssertionException(
                $"SIM FAILED seed={seed} -> {Simulation.FirstSeedVariable}={seed} {Simulation.SeedsVariable}=1 "
                + $"dotnet test CoreNode.Tests --filter FullyQualifiedName~{fixture}\n{plan}\n"
                + Again(make(), problem));
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private static string Again<T>(ISeededRun<T> again, Exception problem)
    {
        again.Trace.KeptLines = (int)Simulation.Number(Simulation.TraceVariable, TraceLines);
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

        return $"{same}{problem}\n" + string.Join('\n', again.Trace.Lines);
    }
}
