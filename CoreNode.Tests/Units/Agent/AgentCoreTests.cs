using CoreNode.Store;
using CoreNode.Units.Agent;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Agent;

[TestFixture, Category("Unit")]
internal sealed class AgentCoreTests
{
    private const string Web = "web.service";
    private const string Announcing =
        "[Service]\nExecStart=/bin/web\n[X-Fleet]\nAnnounce=/services/web.service 10.0.0.1:80\n";

    private static readonly TimeSpan s_while = TimeSpan.FromSeconds(5);

    [Test]
    public void A_launched_unit_is_loaded_started_and_published()
    {
        AgentWorld world = new(1);
        world.Put(Web, ScheduleState.Launched);
        world.Run(s_while);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(world.Manager[Web].Active, Is.EqualTo("active"));
            Assert.That(world.States[Web], Does.Contain("\"activeState\":\"active\""));
            Assert.That(world.JobStates, Does.Contain(Web));
            Assert.That(world.IsRegistered);
        }
    }

    [Test]
    public void At_rest_nothing_is_done()
    {
        AgentWorld world = new(2);
        world.Run(s_while);
        world.Put(Web, ScheduleState.Launched);
        world.Put("one.service", ScheduleState.Launched, isSingleton: true);
        world.Run(s_while);
        world.Happened.Clear();
        world.Run(TimeSpan.FromMinutes(2));
        // Renewals move the guard's deadline; nothing is written into the store.
        Assert.That(world.Happened.Distinct().ToArray(), Is.EqualTo((string[])["arm"]));
    }

    [Test]
    public void Its_figures_tell_what_is_not_as_asked_for_and_since_when()
    {
        AgentWorld world = new(3);
        world.Run(s_while);
        world.Put(Web, ScheduleState.Launched);
        world.Put("one.service", ScheduleState.Launched, isSingleton: true);
        world.Run(s_while);
        AgentFigures figures = world.Core.Measure(world.Now);
        Assert.That(
            (figures.Wanted, figures.Active, figures.Failed, figures.Unsettled, figures.Guarded),
            Is.EqualTo((2, 2, 0, 0, 1)));
        Assert.That(figures.UnsettledSince, Is.Null);
        Assert.That(figures.GuardedUntil, Is.EqualTo(world.ArmedUntil));
        Assert.That(figures.LeaseUntil, Is.EqualTo(world.Core.Lease.KillAt));

        world.Die(Web);
        world.Hanging.Add("Load slow.service");
        world.Put("slow.service", ScheduleState.Launched);
        TimeSpan asked = world.Now;
        world.Core.Measure(asked);
        world.Run(s_while);
        figures = world.Core.Measure(world.Now);
        Assert.That(
            (figures.Wanted, figures.Active, figures.Failed, figures.Unsettled), Is.EqualTo((3, 1, 1, 1)));
        Assert.That(figures.UnsettledSince, Is.EqualTo(asked));
        world.Hanging.Clear();
        world.Run(s_while);
        Assert.That(world.Core.Measure(world.Now).UnsettledSince, Is.Null);
    }

    [Test]
    public void A_unit_whose_entry_is_gone_is_unloaded_and_its_state_removed()
    {
        AgentWorld world = new(3);
        world.Put(Web, ScheduleState.Launched);
        world.Run(s_while);
        world.Remove(Web);
        world.Run(s_while);
        AssertGone(world, Web);
    }

    [Test]
    public void What_is_given_back_to_a_machine_that_was_away_has_run_on()
    {
        AgentWorld world = new(3);
        string[] names = [Web, "moved.service"];
        foreach (string name in names)
            world.Put(name, ScheduleState.Launched);
        world.Run(s_while);
        int pid = world.Manager[Web].Pid;
        world.IsStoreAway = true;
        foreach (string name in names)
            world.Remove(name);
        world.Run(AgentWorld.Lease * 2);
        Assert.That(world.Core.Lease.IsHeld(world.Now), Is.False);
        world.HealStore();
        world.Happened.Clear();
        while (!world.Core.Lease.IsHeld(world.Now))
            world.Run(TimeSpan.FromMilliseconds(100));
        world.Run(AgentPlanner.ReturnTime / 2);
        world.Put(Web, ScheduleState.Launched);
        world.Run(s_while);
        Assert.That(world.Manager[Web].Pid, Is.EqualTo(pid));
        Assert.That(
            world.Happened.Where(static done => done.EndsWith($" {Web}", StringComparison.Ordinal)),
            Has.All.StartsWith("publish"));
        AssertGone(world, "moved.service");
    }

    [Test]
    public void A_revoked_unit_is_gone_before_its_entry_is()
    {
        AgentWorld world = new(4);
        world.Put(Web, ScheduleState.Launched);
        world.Run(s_while);
        world.Put(Web, ScheduleState.Revoked);
        world.Run(s_while);
        AssertGone(world, Web);
        Assert.That(world.Happened[^1], Is.EqualTo($"removeentry {Web}"));
    }

    [Test]
    public void A_new_text_is_loaded_in_place_of_the_old_one_and_started()
    {
        AgentWorld world = new(5);
        world.Put(Web, ScheduleState.Launched);
        world.Run(s_while);
        string old = world.Manager[Web].Hash;
        world.Happened.Clear();
        ScheduleEntry entry = world.Put(Web, ScheduleState.Launched, "[Service]\nExecStart=/bin/new\n");
        world.Run(s_while);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(entry.Hash, Is.Not.EqualTo(old));
            Assert.That(world.Manager[Web].Hash, Is.EqualTo(entry.Hash));
            Assert.That(world.Manager[Web].Active, Is.EqualTo("active"));
            Assert.That(
                world.Happened.Where(h => !h.StartsWith("publish", StringComparison.Ordinal)),
                Is.EqualTo((string[])[$"unload {Web}", $"load {Web}", $"start {Web}"]));
        }
    }

    [Test]
    public void A_unit_that_ended_is_left_to_its_manager()
    {
        AgentWorld world = new(6);
        world.Put(Web, ScheduleState.Launched);
        world.Run(s_while);
        world.Die(Web);
        world.Run(s_while);
        world.RestartAgent();
        world.Run(s_while);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(world.Manager[Web].Active, Is.EqualTo("failed"));
            Assert.That(world.Manager[Web].Starts, Is.EqualTo(1));
            Assert.That(world.States[Web], Does.Contain("\"activeState\":\"failed\""));
            Assert.That(world.JobStates, Does.Contain(Web));
        }
    }

    [Test]
    public void Loaded_stops_what_the_agent_started_and_leaves_what_others_started()
    {
        AgentWorld world = new(7);
        world.Put(Web, ScheduleState.Launched);
        world.Put("side.service", ScheduleState.Loaded);
        world.Run(s_while);
        world.StartBesides("side.service");
        world.Put(Web, ScheduleState.Loaded);
        world.Run(s_while);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(world.Manager[Web].Active, Is.EqualTo("inactive"));
            Assert.That(world.Manager["side.service"].Active, Is.EqualTo("active"));
            Assert.That(world.JobStates, Is.Empty);
        }
    }

    [TestCase(0)]
    [TestCase(100)]
    public void Loaded_and_launched_again_in_quick_succession_is_a_restart(int milliseconds)
    {
        AgentWorld world = new(8);
        world.Put(Web, ScheduleState.Launched);
        world.Run(s_while);
        int pid = world.Manager[Web].Pid;
        world.Put(Web, ScheduleState.Loaded);
        if (milliseconds > 0)
        {
            world.Run(TimeSpan.FromMilliseconds(milliseconds));
            Assert.That(world.JobStates, Does.Contain(Web), "launched is still seen");
        }

        world.Put(Web, ScheduleState.Launched);
        world.Run(s_while);
        Assert.That(world.Manager[Web].Pid, Is.Not.EqualTo(pid));
        Assert.That(world.Manager[Web].Starts, Is.EqualTo(2));
    }

    [Test]
    public void A_risen_restart_counter_restarts_once()
    {
        AgentWorld world = new(9);
        world.Put(Web, ScheduleState.Launched, restart: 4);
        world.Run(s_while);
        Assert.That(world.Manager[Web].Starts, Is.EqualTo(1));
        world.Put(Web, ScheduleState.Launched, restart: 6);
        world.Run(s_while);
        world.RestartAgent();
        world.Run(s_while);
        Assert.That(world.Manager[Web].Starts, Is.EqualTo(2));
        Assert.That(world.States[Web], Does.Contain("\"restart\":6"));
    }

    [Test]
    public void A_unit_that_hangs_in_stop_holds_up_no_other()
    {
        AgentWorld world = new(10);
        for (int i = 0; i < 100; i++)
            world.Put($"hang{i}.service", ScheduleState.Launched);
        world.Run(s_while);
        for (int i = 0; i < 100; i++)
        {
            world.Hanging.Add($"Stop hang{i}.service");
            world.Put($"hang{i}.service", ScheduleState.Loaded);
        }

        world.Put(Web, ScheduleState.Launched);
        world.Run(s_while);
        Assert.That(world.Manager[Web].Active, Is.EqualTo("active"));
    }

    [Test]
    public void A_unit_that_cannot_be_loaded_says_why_and_is_tried_again()
    {
        AgentWorld world = new(11);
        world.Failing.Add($"Load {Web}");
        world.Put(Web, ScheduleState.Launched);
        world.Put("good.service", ScheduleState.Launched);
        world.Run(s_while);
        Assert.That(world.States[Web], Does.Contain("\"loadState\":\"error\"").And.Contain("\"reason\":\"it fails\""));
        Assert.That(world.Manager["good.service"].Active, Is.EqualTo("active"));
        world.Failing.Clear();
        world.Run(TimeSpan.FromSeconds(40));
        Assert.That(world.Manager[Web].Active, Is.EqualTo("active"));
        Assert.That(world.States[Web], Does.Not.Contain("reason"));
    }

    [Test]
    public void A_start_that_fails_is_not_repeated()
    {
        AgentWorld world = new(12);
        world.Failing.Add($"Start {Web}");
        world.Put(Web, ScheduleState.Launched);
        world.Run(s_while);
        world.Failing.Clear();
        world.Run(TimeSpan.FromMinutes(1));
        Assert.That(world.Manager[Web].Starts, Is.Zero);
    }

    [Test]
    public void Without_store_and_schedule_nothing_is_touched()
    {
        AgentWorld world = new(13);
        world.Put(Web, ScheduleState.Launched);
        world.Run(s_while);
        world.IsStoreAway = true;
        world.RestartAgent();
        world.Happened.Clear();
        world.Run(TimeSpan.FromMinutes(5));
        Assert.That(world.Manager[Web].Active, Is.EqualTo("active"));
        Assert.That(world.Happened, Is.Empty);
    }

    [Test]
    public void What_was_asked_for_while_the_manager_was_away_is_done_when_it_is_back()
    {
        AgentWorld world = new(14);
        world.Put("old.service", ScheduleState.Launched);
        world.Run(s_while);
        world.SetManagerAway(true);
        world.Put(Web, ScheduleState.Launched);
        world.Remove("old.service");
        world.Run(TimeSpan.FromMinutes(1));
        Assert.That(world.Manager, Does.Not.ContainKey(Web));
        Assert.That(world.States, Does.ContainKey("old.service"));
        world.SetManagerAway(false);
        world.Run(s_while);
        Assert.That(world.Manager[Web].Active, Is.EqualTo("active"));
        AssertGone(world, "old.service");
    }

    [Test]
    public void Those_that_a_unit_follows_are_loaded_and_being_started_before_it()
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            AgentWorld world = new(seed);
            world.Put("a.service", ScheduleState.Launched, "[Unit]\nAfter=b.service\n[Service]\nExecStart=/bin/a\n");
            world.Put("b.service", ScheduleState.Launched, "[Unit]\nRequires=c.service\n[Service]\nExecStart=/bin/b\n");
            world.Put("c.service", ScheduleState.Launched);
            // The manager orders what is in its queue; so what counts is that the step was begun, not that it ended.
            world.Hanging.Add("Start c.service");
            world.Run(s_while);
            string[] order = ["load c.service", "start c.service", "start b.service", "start a.service"];
            string begun = string.Join(", ", world.Begun);
            Assert.That(world.Begun.Where(order.Contains).ToArray(), Is.EqualTo(order), $"seed {seed}: {begun}");
            Assert.That(
                world.Begun.IndexOf("load b.service"), Is.LessThan(world.Begun.IndexOf("start a.service")), begun);
        }
    }

    [Test]
    public void Units_that_follow_each_other_are_started_all_the_same()
    {
        AgentWorld world = new(15);
        world.Put("a.service", ScheduleState.Launched, "[Unit]\nAfter=b.service\n[Service]\nExecStart=/bin/a\n");
        world.Put("b.service", ScheduleState.Launched, "[Unit]\nAfter=a.service\n[Service]\nExecStart=/bin/b\n");
        world.Run(s_while);
        Assert.That(world.Manager.Values.Select(unit => unit.Active), Is.All.EqualTo("active"));
    }

    [Test]
    public void Announced_keys_stand_while_the_unit_is_healthy_and_go_before_it_is_stopped()
    {
        AgentWorld world = new(16);
        world.Put(Web, ScheduleState.Launched, Announcing);
        world.Run(s_while);
        Assert.That(world.Keys["/services/web.service"], Is.EqualTo("10.0.0.1:80"));
        world.Happened.Clear();
        world.Put(Web, ScheduleState.Loaded, Announcing);
        world.Run(s_while);
        Assert.That(world.Keys, Is.Empty);
        Assert.That(
            world.Happened.IndexOf($"withdraw {Web}"), Is.LessThan(world.Happened.IndexOf($"stop {Web}")));
    }

    [Test]
    public void An_unhealthy_unit_is_not_announced()
    {
        AgentWorld world = new(17);
        world.Put(Web, ScheduleState.Launched, Announcing + "HealthExec=/bin/check\nHealthInterval=2s\n");
        world.Run(s_while);
        Assert.That(world.Keys, Is.Not.Empty);
        world.IsUnhealthy = true;
        world.Run(TimeSpan.FromSeconds(10));
        Assert.That(world.Keys, Is.Empty);
        Assert.That(world.States[Web], Does.Contain("\"isHealthy\":false"));
        world.IsUnhealthy = false;
        world.Run(TimeSpan.FromSeconds(10));
        Assert.That(world.Keys, Is.Not.Empty);
    }

    [Test]
    public void What_an_earlier_process_announced_stays_until_checks_say_that_it_is_not_well()
    {
        AgentWorld world = new(19);
        world.Put(Web, ScheduleState.Launched, Announcing + "HealthExec=/bin/check\nHealthInterval=2s\n");
        world.Run(s_while);
        world.Happened.Clear();
        world.RestartAgent();
        world.Run(s_while);
        Assert.That(world.Happened, Has.None.EqualTo($"withdraw {Web}"));
        Assert.That(world.Keys, Is.Not.Empty);
        world.IsUnhealthy = true;
        world.RestartAgent();
        world.Run(TimeSpan.FromSeconds(15));
        Assert.That(world.Keys, Is.Empty);
    }

    [Test]
    public void A_store_that_is_away_keeps_an_announced_unit_up_for_a_moment_only()
    {
        AgentWorld world = new(18);
        world.Put(Web, ScheduleState.Launched, Announcing);
        world.Run(s_while);
        world.Put(Web, ScheduleState.Loaded, Announcing);
        world.IsStoreAway = true;
        world.Run(TimeSpan.FromSeconds(4));
        Assert.That(world.Manager[Web].Active, Is.EqualTo("inactive"));
        world.HealStore();
        world.Run(s_while);
        Assert.That(world.Keys, Is.Empty);
    }

    [Test]
    public void A_duplicate_runs_nothing_new()
    {
        AgentWorld world = new(19) { Grants = LeaseGrantKind.Duplicate };
        world.Put(Web, ScheduleState.Launched);
        world.Run(s_while);
        Assert.That(world.Manager, Is.Empty);
        Assert.That(world.IsRegistered, Is.False);
    }

    [Test]
    public void A_machine_that_leaves_stops_and_forgets_everything_but_its_entries()
    {
        AgentWorld world = new(20);
        world.Run(s_while);
        world.Put(Web, ScheduleState.Launched, Announcing);
        world.Put("one.service", ScheduleState.Launched, isSingleton: true);
        world.Run(s_while);
        Assert.That(world.Core.IsGone, Is.False);
        world.Core.Leave();
        world.Run(s_while);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(world.Core.IsGone);
            Assert.That(world.Manager, Is.Empty);
            Assert.That(world.States, Is.Empty);
            Assert.That(world.JobStates, Is.Empty);
            Assert.That(world.Keys, Is.Empty);
            Assert.That(world.Entries, Has.Count.EqualTo(2));
        }
    }

    [Test]
    public void A_flapping_unit_is_published_at_most_once_a_second()
    {
        AgentWorld world = new(21);
        world.Put(Web, ScheduleState.Launched);
        world.Run(s_while);
        world.Happened.Clear();
        for (int i = 0; i < 200; i++)
        {
            world.Die(Web);
            world.Run(TimeSpan.FromMilliseconds(50));
            world.StartBesides(Web);
            world.Run(TimeSpan.FromMilliseconds(50));
        }

        Assert.That(world.Happened.Count(h => h == $"publish {Web}"), Is.InRange(15, 26));
        world.Run(s_while);
        Assert.That(world.States[Web], Does.Contain("\"activeState\":\"active\""));
    }

    private static void AssertGone(AgentWorld world, string unit)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(world.Manager, Does.Not.ContainKey(unit));
            Assert.That(world.States, Does.Not.ContainKey(unit));
            Assert.That(world.JobStates, Does.Not.Contain(unit));
            Assert.That(world.Entries, Does.Not.ContainKey(unit));
            Assert.That(world.Core.Units, Does.Not.ContainKey(unit));
        }
    }
}
