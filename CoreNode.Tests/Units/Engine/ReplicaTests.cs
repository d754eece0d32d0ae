using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Engine;

/// <summary>Templates with Replicas=.</summary>
[TestFixture, Category("Unit")]
internal sealed class ReplicaTests
{
    private static EngineWorld Four()
    {
        EngineWorld world = new();
        world.AddMachines("a", "b", "c", "d");
        return world;
    }

    private static string[] Replicas(EngineWorld world) =>
        [.. world.Registry.Jobs.Keys.Where(static n => n != "w@.service")];

    [Test]
    public void Replicas_are_made_spread_and_kept_at_their_number()
    {
        EngineWorld world = Four();
        world.Launch("w@.service", "Replicas=4");
        world.Settle();
        Assert.That(
            Replicas(world),
            Is.EqualTo((string[])["w@1.service", "w@2.service", "w@3.service", "w@4.service"]));
        string[] machines = [.. Replicas(world).Select(world.PlaceOf).Order()];
        Assert.That(machines, Is.EqualTo((string[])["a", "b", "c", "d"]));
        Assert.That(world.Registry.Jobs["w@1.service"].IsReplica, Is.True);

        world.Destroy("w@2.service");
        world.Desire("w@3.service", DesiredState.Inactive);
        world.Settle();
        Assert.That(Replicas(world), Has.Length.EqualTo(4));
        Assert.That(world.PlaceOf("w@3.service"), Is.Not.Empty);

        world.Launch("w@.service", "Replicas=2");
        world.Settle();
        Assert.That(Replicas(world), Is.EqualTo((string[])["w@1.service", "w@2.service"]));
        Assert.That(world.Registry.EntriesOf("w@4.service"), Is.Empty);
    }

    [Test]
    public void Replicas_follow_what_is_wanted_of_the_template_and_go_with_it()
    {
        EngineWorld world = Four();
        world.Submit("w@.service", DesiredState.Loaded, "Replicas=2");
        world.Settle();
        Assert.That(world.Registry.EntriesOf("w@1.service").Values.Single().State, Is.EqualTo(ScheduleState.Loaded));
        world.Desire("w@.service", DesiredState.Launched);
        world.Settle();
        Assert.That(world.RunningOn("w@1.service"), Has.Length.EqualTo(1));
        world.Desire("w@.service", DesiredState.Inactive);
        world.Settle();
        Assert.That(Replicas(world), Is.Empty);
        world.Desire("w@.service", DesiredState.Launched);
        world.Settle();
        Assert.That(Replicas(world), Has.Length.EqualTo(2));
        world.Destroy("w@.service");
        world.Settle();
        Assert.That(world.Registry.Jobs, Is.Empty);
        Assert.That(world.Registry.ScheduleByMachine, Is.Empty);
    }

    [Test]
    public void Instances_that_people_made_are_left_alone()
    {
        EngineWorld world = Four();
        world.Launch("w@7.service", "Replicas=3");
        world.Launch("w@blue.service");
        world.Launch("v@1.service");
        world.Launch("w@.service", "Replicas=2");
        world.Settle();
        world.Destroy("w@.service");
        world.Settle();
        Assert.That(
            world.Registry.Jobs.Keys, Is.EqualTo((string[])["v@1.service", "w@7.service", "w@blue.service"]));
    }

    [Test]
    public void A_template_whose_content_is_missing_keeps_its_replicas()
    {
        EngineWorld world = Four();
        world.Launch("w@.service", "Replicas=2");
        world.Settle();
        world.Remove(world.Keys.Unit(world.Registry.Jobs["w@.service"].Hash), default);
        world.Settle();
        Assert.That(Replicas(world), Has.Length.EqualTo(2));
        Assert.That(world.RunningOn("w@1.service"), Has.Length.EqualTo(1));
    }

    [Test]
    public void New_content_reaches_one_replica_after_the_other()
    {
        EngineWorld world = Four();
        world.Launch("w@.service", "Replicas=4");
        world.Settle();
        string old = world.Registry.Jobs["w@.service"].Hash;
        foreach (FakeAgent agent in world.Agents.Values)
            agent.StartSteps = 3;
        world.Launch("w@.service", "Replicas=4", "Weight=2");
        int most = 0;
        bool wasTold = false;
        for (int round = 0; round < 200; round++)
        {
            world.Plan();
            foreach (FakeAgent agent in world.Agents.Values)
                agent.Step();
            int away = Replicas(world).Count(u =>
                !world.Registry.StatesOf(u).Values.Any(static s => s.States.Active == "active"));
            most = Math.Max(most, away);
            wasTold |= world.NoticeOf("w@.service") is { } notice
                && notice.Reason.Contains("still have the old one", StringComparison.Ordinal);
        }

        Assert.That(most, Is.EqualTo(1));
        Assert.That(wasTold, Is.True);
        world.Settle();
        Assert.That(Replicas(world).Select(u => world.Registry.Jobs[u].Hash), Has.None.EqualTo(old));
        Assert.That(world.NoticeOf("w@.service"), Is.Null);
    }

    [Test]
    public void A_replica_that_fails_with_new_content_does_not_stop_the_others()
    {
        EngineWorld world = Four();
        world.Launch("w@.service", "Replicas=3");
        world.Settle();
        foreach (FakeAgent agent in world.Agents.Values)
            agent.Fails = static _ => true;
        world.Launch("w@.service", "Replicas=3", "Weight=2");
        world.Settle();
        string hash = world.Registry.Jobs["w@.service"].Hash;
        Assert.That(Replicas(world).Select(u => world.Registry.Jobs[u].Hash), Has.All.EqualTo(hash));
    }
}
