using System.Reflection;

namespace CoreNode.Tests.Architecture;

/// <summary>
/// The table of docs/testing.md names a test for each of fleet's functional tests (fleet: A.12), and that test exists
/// and runs.
/// </summary>
[TestFixture, Category("Unit")]
internal sealed class ScenarioTableTests
{
    private static readonly string[] s_scenarios =
    [
        "ScheduleMachineOf", "ScheduleConflicts", "ScheduleMultipleConflicts", "ScheduleOneWayConflict",
        "ScheduleReplace", "ScheduleCircularReplace", "ScheduleConditionMachineID", "ScheduleGlobalUnits",
        "ScheduleGlobalConflicts", "TemplatesWithSpecifiersInMetadata", "DynamicClusterNewMemberUnitMigration",
        "DynamicClusterMemberReboot", "SingleNodeConnectivityLoss", "NodeShutdown", "DetectMachineId", "Shutdown",
        "ShutdownVsMonitor", "ReconfigureServer", "MachinesList", "ListBadNextPageToken", "PatchAddModify",
        "PatchDelete", "PatchBad", "InstallUnit", "SystemdUnitFlow", "TunnelScheduleBatchUnits",
        "KnownHostsVerification", "FleetctlWithEnv", "ClientVersionFlag", "VersionHelpOutput", "HelpFlag",
        "UnitRunnable", "UnitSubmit", "UnitLoad", "UnitStart", "UnitSubmitReplace", "UnitLoadReplace",
        "UnitStartReplace", "UnitRestart", "UnitSSHActions", "UnitCat", "UnitStatus", "ListUnitFilesOrder",
    ];

    [Test]
    public void The_testing_page_names_every_scenario_of_fleet_once()
    {
        Assert.That(s_scenarios, Has.Length.EqualTo(43));
        Assert.That(Rows().Select(static row => row[0]), Is.EqualTo(s_scenarios));
    }

    [Test]
    public void Every_test_that_it_names_exists_runs_and_bears_the_scenarios_name()
    {
        List<string> problems = [];
        foreach (string[] row in Rows())
        {
            foreach (string test in row[1].Split(',', StringSplitOptions.TrimEntries))
            {
                if (Complaint(row[0], test) is { Length: > 0 } complaint)
                    problems.Add($"{row[0]}: {test} {complaint}");
            }
        }

        Assert.That(problems, Is.Empty, string.Join('\n', problems));
    }

    [TestCase("HelpFlag", "ClientScenarioTests.No_such_test", "does not exist")]
    [TestCase("HelpFlag", "ClientScenarioTests", "is not CLASS.METHOD")]
    [TestCase("HelpFlag", "ScenarioTableTests.The_testing_page_names_every_scenario_of_fleet_once",
        "does not begin with HelpFlag_")]
    [TestCase("s", "ScenarioTableTests.s_scenarios", "does not exist")]
    public void A_wrong_name_is_found(string scenario, string test, string complaint) =>
        Assert.That(Complaint(scenario, test), Is.EqualTo(complaint));

    private static IReadOnlyList<string[]> Rows() => MarkdownTable.Read(
        File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "testing.md")), "Scenario");

    private static string Complaint(string scenario, string test)
    {
        if (test.Split('.') is not [var fixture, var name])
            return "is not CLASS.METHOD";
        Type[] fixtures =
            [.. typeof(ScenarioTableTests).Assembly.GetTypes().Where(type => type.Name == fixture && !type.IsAbstract)];
        MethodInfo? method = fixtures.Length == 1 ? fixtures[0].GetMethod(name) : null;
        if (method is null || !IsTest(method))
            return "does not exist";
        if (IsLeftOut(method) || IsLeftOut(fixtures[0]))
            return "does not run with the others";
        return name.StartsWith(scenario + "_", StringComparison.Ordinal) ? "" : $"does not begin with {scenario}_";
    }

    private static bool IsTest(MethodInfo method) =>
        method.IsDefined(typeof(TestAttribute)) || method.IsDefined(typeof(TestCaseAttribute));

    private static bool IsLeftOut(MemberInfo member) =>
        member.IsDefined(typeof(IgnoreAttribute)) || member.IsDefined(typeof(ExplicitAttribute));
}
