using CoreNode.Api.Client.Units;
using CoreNode.Cli.Doctor;

namespace CoreNode.Tests.Cli;

/// <summary>What doctor says of units and machines.</summary>
[TestFixture, Category("Unit")]
internal sealed class UnitChecksTests
{
    [Test]
    public void Units_that_are_not_where_they_should_be_are_a_warning_with_the_first_reason()
    {
        ListedUnit fine = new() { Name = "a.service" };
        ListedUnit stuck = new() { Name = "b.service", Reason = "there is no machine" };
        Assert.That(
            UnitChecks.Judge((ListedUnit[])[fine]), Is.EqualTo(Finding.Ok("units", "1, all as they should be")));
        Assert.That(UnitChecks.Judge((ListedUnit[])[fine, stuck]), Is.EqualTo(Finding.Warning(
            "units", "1 of 2 not as they should be; b.service: there is no machine", "corenode unit list")));
    }

    [Test]
    public void Machines_that_take_no_unit_are_a_problem_once_all_are_such()
    {
        ListedMachine free = new() { Id = "1" };
        ListedMachine cordoned = new() { Id = "2", Cordon = "cordoned" };
        Assert.That(
            UnitChecks.Judge((ListedMachine[])[free, cordoned]),
            Is.EqualTo(Finding.Ok("machines", "2 run units, 1 cordoned or drained")));
        Assert.That(UnitChecks.Judge((ListedMachine[])[cordoned]).Severity, Is.EqualTo(Severity.Problem));
        Assert.That(UnitChecks.Judge(Array.Empty<ListedMachine>()).Text, Is.EqualTo("none runs units"));
    }

    [Test]
    public void The_unit_manager_of_this_machine_is_named_with_its_reason() => Assert.That(
        UnitChecks.Judge(new UnitsFinding(false, "only root may have systemd run units")).Text,
        Is.EqualTo("the embedded runner, since only root may have systemd run units"));
}
