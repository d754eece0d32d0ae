using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Agent;

/// <summary>What is announced goes some time before a planned stop.</summary>
[TestFixture, Category("Unit")]
internal sealed class AnnounceGraceTests
{
    private const string Web = "web.service";
    private const string Announcing =
        "[Service]\nExecStart=/bin/web\n[X-Fleet]\nAnnounce=/services/web.service 10.0.0.1:80\n";

    private static readonly TimeSpan s_while = TimeSpan.FromSeconds(3);

    [TestCase("", 2)]
    [TestCase("AnnounceGrace=10s", 10)]
    [TestCase("AnnounceGrace=0", 0)]
    public void A_planned_stop_follows_a_while_after_its_keys_went(string grace, int seconds)
    {
        foreach (string way in (string[])["stop", "revoke", "restart", "content"])
        {
            AgentWorld world = new(16);
            string text = Announcing + grace + "\n";
            world.Put(Web, ScheduleState.Launched, text);
            world.Run(s_while);
            Assert.That(world.Keys, Has.Count.EqualTo(1), way);
            world.Happened.Clear();
            int pid = world.Manager[Web].Pid;
            world.Put(
                Web, way == "stop" ? ScheduleState.Loaded : way == "revoke" ? ScheduleState.Revoked
                : ScheduleState.Launched,
                way == "content" ? text + "Weight=2\n" : text, restart: way == "restart" ? 1UL : 0);
            world.Run(TimeSpan.FromSeconds(seconds - 0.1));
            if (seconds > 0)
            {
                Assert.That(world.Keys, Is.Empty, way);
                Assert.That(Serves(world, pid), Is.True, way);
            }

            world.Run(TimeSpan.FromSeconds(1));
            Assert.That(Serves(world, pid), Is.False, way);
        }
    }

    private static bool Serves(AgentWorld world, int pid) =>
        world.Manager.GetValueOrDefault(Web) is { Active: "active" } unit && unit.Pid == pid;

    [Test]
    public void What_does_not_run_any_more_is_not_waited_for()
    {
        AgentWorld world = new(17);
        world.Put(Web, ScheduleState.Launched, Announcing);
        world.Run(s_while);
        world.Die(Web);
        world.Put(Web, ScheduleState.Revoked, Announcing);
        world.Run(TimeSpan.FromSeconds(0.5));
        Assert.That(world.Manager, Does.Not.ContainKey(Web));
    }
}
