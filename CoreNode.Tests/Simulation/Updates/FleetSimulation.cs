namespace CoreNode.Tests.Simulation.Updates;

/// <summary>Runs seeds, and says of a failed one how to run it again.</summary>
internal static class FleetSimulation
{
    private const ulong TraceLines = 150;

    public static FleetResult Run(ulong seed, FleetBug bug = FleetBug.None, int machines = 0)
    {
        try
        {
            return new FleetWorld(FleetPlan.Of(seed, bug, machines)).Run();
        }
        catch (Exception problem)
        {
            throw new AssertionException(Describe(seed, bug, machines, problem));
        }
    }

    // The same seed does the same again: this time with text.
    private static string Describe(ulong seed, FleetBug bug, int machines, Exception problem)
    {
        FleetWorld again = new(FleetPlan.Of(seed, bug, machines));
        again.Trace.KeptLines = (int)Simulation.Number(Simulation.TraceVariable, TraceLines);
        string same = "(the second time it did not happen)\n";
        try
        {
            again.Run();
        }
        catch (Exception second)
        {
            same = second.Message == problem.Message ? "" : $"(the second time: {second.Message})\n";
        }

        string test = machines > 0
            ? nameof(FleetSimulationTests.A_hundred_thousand_machines_end_at_the_release)
            : nameof(FleetSimulationTests.Fleets_end_at_the_release_by_the_rules_of_their_policies);
        return $"SIM FAILED seed={seed} -> {Simulation.FirstSeedVariable}={seed} {Simulation.SeedsVariable}=1 "
            + $"dotnet test CoreNode.Tests --filter FullyQualifiedName~{test} -- NUnit.AssemblySelectLimit=1000000\n"
            + $"{again.Plan}\n{same}{problem}\n" + string.Join('\n', again.Trace.Lines);
    }
}
