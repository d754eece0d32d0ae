using CoreNode.Api.Client.Units;
using CoreNode.Cli.Units;

namespace CoreNode.Tests.Cli.Units;

/// <summary>When a command may end.</summary>
[TestFixture, Category("Unit")]
internal sealed class UnitGoalTests
{
    private const string Id = "1315e07d00000000000000000000abcd";

    [TestCase("launched", "launched", "active", "running", "", "Arrived")]
    [TestCase("launched", "launched", "activating", "start-pre", "", "OnItsWay")]
    [TestCase("launched", "launched", "failed", "failed", "exit-code", "Failed")]
    [TestCase("launched", "loaded", "failed", "failed", "exit-code", "OnItsWay")]
    [TestCase("launched", "launched", "inactive", "dead", "success", "Arrived")]
    [TestCase("launched", "loaded", "inactive", "dead", "", "OnItsWay")]
    [TestCase("loaded", "loaded", "inactive", "dead", "", "Arrived")]
    [TestCase("loaded", "loaded", "failed", "failed", "", "Arrived")]
    [TestCase("loaded", "launched", "active", "running", "", "OnItsWay")]
    [TestCase("loaded", "loaded", "deactivating", "stop", "", "OnItsWay")]
    [TestCase("inactive", "loaded", "inactive", "dead", "", "OnItsWay")]
    [TestCase("destroyed", "launched", "active", "running", "", "OnItsWay")]
    public void A_unit_on_a_machine_is_judged_by_its_states(
        string wanted, string current, string active, string sub, string result, string stage)
    {
        ListedUnit unit = Unit(wanted == "destroyed" ? "launched" : wanted, current) with
        {
            Machines = [new UnitPlace(Id, "10.0.0.3", "loaded", active, sub, result, "t1")],
        };
        UnitProgress progress = new UnitGoal(wanted).Judge(unit);
        Assert.That(progress.Stage.ToString(), Is.EqualTo(stage));
        Assert.That(progress.Text, Does.Contain("1315e07d/10.0.0.3"));
    }

    [Test]
    public void A_unit_that_is_not_placed_waits_with_its_reason()
    {
        UnitProgress progress = new UnitGoal("launched").Judge(
            Unit("launched", "inactive") with { Reason = "no machine has metadata disk=ssd" });
        Assert.That(
            progress, Is.EqualTo(new UnitProgress(UnitStage.OnItsWay, "no machine has metadata disk=ssd")));
    }

    [Test]
    public void A_unit_that_somebody_else_stops_meanwhile_is_not_waited_for()
    {
        Assert.That(new UnitGoal("launched").Judge(Unit("inactive", "inactive")).Stage, Is.EqualTo(UnitStage.Failed));
        Assert.That(new UnitGoal("launched").Judge(null).Stage, Is.EqualTo(UnitStage.Failed));
    }

    [Test]
    public void A_destroyed_unit_is_gone() =>
        Assert.That(new UnitGoal("destroyed").Judge(null).Stage, Is.EqualTo(UnitStage.Arrived));

    [Test]
    public void A_restarted_unit_runs_since_another_moment()
    {
        ListedUnit unit = Unit("launched", "launched") with
        {
            Machines = [new UnitPlace(Id, "", "loaded", "active", "running", "", "t1")],
        };
        UnitGoal goal = new("launched");
        goal.Before[UnitGoal.Key(unit, unit.Machines[0])] = "t1";
        Assert.That(goal.Judge(unit).Stage, Is.EqualTo(UnitStage.OnItsWay));
        unit = unit with { Machines = [unit.Machines[0] with { Since = "t2" }] };
        Assert.That(goal.Judge(unit).Stage, Is.EqualTo(UnitStage.Arrived));
    }

    [Test]
    public void A_template_has_arrived_with_its_replicas()
    {
        ListedUnit unit = Unit("launched", "inactive") with { Replicas = 3, Reason = "2 of 3 instances are launched" };
        Assert.That(new UnitGoal("launched").Judge(unit).Stage, Is.EqualTo(UnitStage.OnItsWay));
        Assert.That(
            new UnitGoal("launched").Judge(unit with { Reason = "" }).Stage, Is.EqualTo(UnitStage.Arrived));
    }

    [TestCase("web", "web.service")]
    [TestCase("./units/web.service", "web.service")]
    [TestCase("web@1", "web@1.service")]
    [TestCase("a.timer", "a.timer")]
    [TestCase("web.1", "web.1.service")]
    public void A_word_names_a_unit(string word, string name) =>
        Assert.That(UnitArguments.NameOf(word), Is.EqualTo(name));

    [TestCase("web@1.service", "web@1.service")]
    [TestCase("web@1.service web@2.service", "web@*")]
    [TestCase("a.service b.service", "*")]
    [TestCase("dev-a\\x2db.device", "dev-a\\\\x2db.device")]
    public void One_pattern_holds_all_names(string names, string pattern) =>
        Assert.That(UnitArguments.PatternOf(names.Split(' ')), Is.EqualTo(pattern));

    private static ListedUnit Unit(string desired, string current) =>
        new() { Name = "web.service", DesiredState = desired, CurrentState = current };
}
