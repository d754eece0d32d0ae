using System.Globalization;

namespace CoreNode.Tests.Simulation;

/// <summary>Runs seeds, and says of a failed one how to run it again.</summary>
internal static class Simulation
{
    /// <summary>The first seed of a run.</summary>
    public const string FirstSeedVariable = "CORENODE_SIM_FIRST_SEED";

    /// <summary>How many seeds.</summary>
    public const string SeedsVariable = "CORENODE_SIM_SEEDS";

    /// <summary>How many of the last lines of its trace a failed seed prints.</summary>
    public const string TraceVariable = "CORENODE_SIM_TRACE";

    private const ulong TraceLines = 150;

    /// <summary>Runs one seed.</summary>
    public static SimulationResult Run(ulong seed, PlantedBug bug = PlantedBug.None)
    {
        try
        {
            return new SimulatedCluster(SimulationPlan.Of(seed, bug)).Run();
        }
        catch (Exception problem)
        {
            throw new AssertionException(Describe(seed, bug, problem));
        }
    }

    /// <summary>A number from the environment.</summary>
    public static ulong Number(string variable, ulong otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? ulong.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;

    // The same seed does the same again: this time with text.
    private static string Describe(ulong seed, PlantedBug bug, Exception problem)
    {
        SimulatedCluster again = new(SimulationPlan.Of(seed, bug));
        again.World.Trace.KeptLines = (int)Number(TraceVariable, TraceLines);
        try
        {
            again.Run();
        }
        catch (Exception)
        {
            // As it must; the first one is reported.
        }

        return $"SIM FAILED seed={seed} -> {FirstSeedVariable}={seed} {SeedsVariable}=1 dotnet test CoreNode.Tests "
            + $"--filter FullyQualifiedName~{nameof(SimulationTests)}\n{again.Plan}\n{problem}\n"
            + string.Join('\n', again.World.Trace.Lines);
    }
}
