using CoreNode.Foundation;
using CoreNode.Units.Engine;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Engine;

/// <summary>RescheduleOnFailure=.</summary>
[TestFixture, Category("Unit")]
internal sealed class FailureTests
{
    private const string Unit = "u.service";

    private static EngineWorld Of(params string[] machines)
    {
        EngineWorld world = new();
        world.AddMachines(machines);
        return world;
    }

    [Test]
    public void A_failed_unit_stays_where_it_is_unless_it_asks_for_more()
    {
        EngineWorld world = Of("a", "b");
        world.Agents["a"].Fails = static _ => true;
        world.Agents["b"].Fails = static _ => true;
        world.Launch(Unit);
        world.Pass(TimeSpan.FromHours(1));
        Assert.That(world.Agents.Values.Sum(static a => a.Starts), Is.EqualTo(1));
    }

    [Test]
    public void A_failed_unit_is_placed_elsewhere_after_ten_seconds_and_says_so_before()
    {
        EngineWorld world = Of("a", "b");
        world.Agents["a"].Fails = static _ => true;
        world.Launch(Unit, "RescheduleOnFailure=yes");
        world.Settle();
        DateTimeOffset due = world.Now + TimeSpan.FromSeconds(10);
        Assert.That(world.NoticeOf(Unit)!.NotBefore, Is.EqualTo(due));
        Assert.That(world.NoticeOf(Unit)!.Reason, Does.Contain("placed elsewhere at 00:00:10 UTC"));
        world.Pass(TimeSpan.FromSeconds(9));
        Assert.That(world.RunningOn(Unit), Is.EqualTo((string[])["a"]));
        world.Pass(TimeSpan.FromSeconds(1));
        Assert.That(world.PlaceOf(Unit), Is.EqualTo("b"));
        Assert.That(world.NoticeOf(Unit)!.Failures, Is.EqualTo(1));
        StoreIndex index = world.Registry.Index;
        world.Pass(TimeSpan.FromMinutes(9));
        Assert.That(world.Registry.Index, Is.EqualTo(index));
        world.Pass(TimeSpan.FromMinutes(2));
        Assert.That(world.NoticeOf(Unit), Is.Null, "it ran well for ten minutes");
    }

    [Test]
    public void With_one_machine_it_is_started_there_again_with_growing_waits()
    {
        EngineWorld world = Of("a");
        world.Agents["a"].Fails = static _ => true;
        world.Launch(Unit, "RescheduleOnFailure=yes", "Singleton=yes");
        List<int> starts = [];
        for (int i = 0; i < 12; i++)
        {
            world.Pass(TimeSpan.FromMinutes(5));
            starts.Add(world.Agents["a"].Starts);
        }

        Assert.That(starts[0], Is.EqualTo(5), "after 0, 10, 30, 70 and 150 seconds");
        Assert.That(starts[11], Is.EqualTo(11), "one in ten minutes in the end");
        world.Agents["a"].Fails = static _ => false;
        world.Pass(TimeSpan.FromMinutes(30));
        Assert.That(world.NoticeOf(Unit), Is.Null);
    }

    [Test]
    public void A_unit_that_is_not_healthy_moves()
    {
        EngineWorld world = Of("a", "b");
        world.Launch(Unit, "RescheduleOnFailure=yes");
        world.Settle();
        string machine = world.PlaceOf(Unit);
        UnitStateRecord state = world.Registry.State(Unit, machine)!;
        world.Put(world.Keys.UnitState(Unit, machine), RegistryValues.WriteState(state with { IsHealthy = false }));
        world.Pass(TimeSpan.FromSeconds(11));
        Assert.That(world.PlaceOf(Unit), Is.Not.EqualTo(machine));
    }

    [Test]
    public void A_unit_that_gets_well_by_itself_stays()
    {
        EngineWorld world = Of("a", "b");
        world.Launch(Unit, "RescheduleOnFailure=yes");
        world.Settle();
        string machine = world.PlaceOf(Unit);
        UnitStateRecord state = world.Registry.State(Unit, machine)!;
        world.Agents[machine].Fail(Unit);
        world.Pass(TimeSpan.FromSeconds(5));
        world.Put(world.Keys.UnitState(Unit, machine), RegistryValues.WriteState(state));
        world.Pass(TimeSpan.FromMinutes(1));
        Assert.That(world.PlaceOf(Unit), Is.EqualTo(machine));
        Assert.That(world.Agents[machine].Starts, Is.EqualTo(1));
    }

    [Test]
    public void Another_leader_goes_on_counting()
    {
        EngineWorld world = Of("a");
        world.Agents["a"].Fails = static _ => true;
        world.Launch(Unit, "RescheduleOnFailure=yes");
        world.Pass(TimeSpan.FromSeconds(40));
        Assert.That(world.NoticeOf(Unit)!.Failures, Is.EqualTo(3));
        DateTimeOffset? due = world.NoticeOf(Unit)!.NotBefore;
        world.NewLeader();
        world.Settle();
        Assert.That(world.NoticeOf(Unit)!.Failures, Is.EqualTo(3));
        Assert.That(world.NoticeOf(Unit)!.NotBefore, Is.EqualTo(due));
        world.Pass(TimeSpan.FromSeconds(31));
        Assert.That(world.NoticeOf(Unit)!.Failures, Is.EqualTo(4));
    }

    [Test]
    public void New_content_starts_from_nothing()
    {
        EngineWorld world = Of("a");
        world.Agents["a"].Fails = static _ => true;
        world.Launch(Unit, "RescheduleOnFailure=yes");
        world.Pass(TimeSpan.FromMinutes(2));
        world.Agents["a"].Fails = static _ => false;
        world.Launch(Unit, "RescheduleOnFailure=yes", "Weight=2");
        world.Settle();
        Assert.That(world.NoticeOf(Unit), Is.Null);
    }

    [TestCase(1, 10)]
    [TestCase(2, 20)]
    [TestCase(6, 320)]
    [TestCase(7, 600)]
    [TestCase(1000, 600)]
    public void The_wait_doubles_up_to_ten_minutes(int failures, int seconds) =>
        Assert.That(
            FailureBackoff.Delay(failures, new EngineOptions()), Is.EqualTo(TimeSpan.FromSeconds(seconds)));
}
