using CoreNode.Foundation;
using CoreNode.Units.Model;

namespace CoreNode.Tests.Units.Engine;

/// <summary>An engine that dies at any write, and another one that goes on.</summary>
[TestFixture, Category("Unit")]
internal sealed class KilledEngineTests
{
    private static readonly string[] s_machines = ["a", "b", "c", "d", "e"];

    [Test]
    public void Whatever_was_written_the_next_engine_gets_to_the_same_end()
    {
        string expected = Story(int.MaxValue);
        for (int writes = 0; writes < 40; writes++)
            Assert.That(Story(writes), Is.EqualTo(expected), $"killed after {writes} writes of each plan");
    }

    // Each plan of the first rounds is cut after so many writes, and another leader makes the next one.
    private static string Story(int writes)
    {
        EngineWorld world = new();
        world.AddMachines(s_machines);
        Submit(world);
        Cut(world, writes);
        world.Settle();
        Check(world);
        world.Lose("b");
        world.Launch("w@.service", "Replicas=3", "Weight=3");
        world.Launch("s1.service", "Singleton=yes", "MachineID=c");
        world.Desire("u2.service", DesiredState.Inactive);
        world.Destroy("u3.service");
        Cut(world, writes);
        world.Settle();
        Check(world);
        world.Cordon("a", isDraining: true);
        Cut(world, writes);
        world.Pass(TimeSpan.FromMinutes(2));
        Assert.That(world.Registry.ScheduleOf("a").Keys, Is.EqualTo((string[])["g.service"]));
        return string.Join(' ', world.Registry.ScheduleByUnit
            .Where(static p => p.Key != "g.service").Select(static p => $"{p.Key}:{p.Value.Count}"));
    }

    private static void Submit(EngineWorld world)
    {
        for (int i = 0; i < 6; i++)
            world.Launch($"u{i}.service");
        for (int i = 0; i < 3; i++)
            world.Launch($"s{i}.service", "Singleton=yes", "Conflicts=s*.service");
        world.Launch("g.service", "Global=true");
        world.Launch("w@.service", "Replicas=3");
        world.Launch("r.service", "Replaces=u1.service");
        world.Launch("f.service", "MachineOf=s0.service");
    }

    private static void Cut(EngineWorld world, int writes)
    {
        for (int round = 0; round < 6; round++)
        {
            world.Plan(writes);
            world.NewLeader();
            if (round % 2 == 1)
            {
                foreach (FakeAgent agent in world.Agents.Values)
                    agent.Step();
            }
        }
    }

    private static void Check(EngineWorld world)
    {
        foreach ((string name, CoreNode.Units.Registry.Job job) in world.Registry.Jobs)
        {
            if (job is not { Desired: DesiredState.Launched, Name.IsTemplate: false, Requirements.IsGlobal: false })
                continue;
            Assert.That(world.Registry.EntriesOf(name), Has.Count.EqualTo(1), name);
            Assert.That(job.Target, Is.EqualTo(world.Registry.EntriesOf(name).Keys.Single()), name);
        }

        world.CheckRegistry();
        world.CheckFolders();
        StoreIndex index = world.Registry.Index;
        world.NewLeader();
        world.Settle();
        Assert.That(world.Registry.Index, Is.EqualTo(index), "another leader has nothing to do");
    }
}
