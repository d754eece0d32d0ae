using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Agent;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Agent;

/// <summary>Singletons: a lease, an armed guard and a claim from after the last lapse, or they do not run.</summary>
[TestFixture, Category("Unit")]
internal sealed class FencingTests
{
    private const string One = "one.service";
    private static readonly TimeSpan s_while = TimeSpan.FromSeconds(5);

    [Test]
    public void A_singleton_is_started_only_when_the_guard_holds_it()
    {
        AgentWorld world = new(1) { IsGuardBroken = true };
        world.Run(s_while);
        world.Put(One, ScheduleState.Launched, isSingleton: true);
        world.Run(s_while);
        Assert.That(world.Manager, Is.Empty);
        world.IsGuardBroken = false;
        world.Run(s_while);
        Assert.That(world.Manager[One].Active, Is.EqualTo("active"));
        Assert.That(world.Armed, Is.EqualTo((string[])[One]));
        Assert.That(world.Happened.IndexOf("arm"), Is.LessThan(world.Happened.IndexOf($"start {One}")));
    }

    [Test]
    public void That_nobody_leads_gives_no_lease_to_start_or_to_give_back_under()
    {
        // Another machine with the same id may have been told so, too.
        LeaseFacts asked = LeaseRule.After(
            LeaseFacts.None, new LeaseGrant(LeaseGrantKind.NoLeader, ""), s_while, TimeSpan.Zero, TimeSpan.Zero);
        LeaseFacts granted = LeaseRule.After(
            asked, new LeaseGrant(LeaseGrantKind.Granted, "") { Duration = s_while }, s_while, TimeSpan.Zero,
            TimeSpan.Zero);
        LeaseFacts duplicate = LeaseRule.After(
            granted, new LeaseGrant(LeaseGrantKind.Duplicate, "it is taken"), s_while, TimeSpan.Zero, TimeSpan.Zero);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(MayStart(asked), Is.False);
            Assert.That(MayStart(granted), Is.True);
            Assert.That(StepOfRevoked(asked), Is.Null);
            Assert.That(StepOfRevoked(granted), Is.EqualTo(StepKind.RemoveEntry));
            Assert.That(StepOfRevoked(duplicate), Is.Null);
        }
    }

    [Test]
    public void Its_processes_are_given_the_index_of_its_entry_as_token()
    {
        AgentWorld world = Running(2);
        Assert.That(world.Manager[One].Token, Is.EqualTo(world.Entries[One].CreatedIndex.Value));
    }

    [Test]
    public void It_is_stopped_as_its_file_says_before_the_lease_ends_and_an_ordinary_unit_is_not()
    {
        AgentWorld world = Running(3);
        world.Put("web.service", ScheduleState.Launched);
        world.Run(s_while);
        world.IsStoreAway = true;
        TimeSpan killAt = world.Core.Lease.KillAt;
        world.Run(world.Core.Lease.StopAt - world.Now + TimeSpan.FromMilliseconds(100));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(world.Now, Is.LessThan(killAt));
            Assert.That(world.Happened, Does.Contain($"stop {One}").And.Not.Contain($"guard {One}"));
            Assert.That(world.Manager[One].Active, Is.EqualTo("inactive"));
            Assert.That(world.Manager["web.service"].Active, Is.EqualTo("active"));
        }
    }

    [Test]
    public void One_that_hangs_in_stop_is_killed_at_the_deadline()
    {
        AgentWorld world = Running(4);
        world.Hanging.Add($"Stop {One}");
        world.IsStoreAway = true;
        world.Run(TimeSpan.FromSeconds(11));
        Assert.That(world.Manager[One].Active, Is.EqualTo("failed"));
    }

    [Test]
    public void No_leader_keeps_it_running()
    {
        AgentWorld world = Running(5);
        world.Grants = LeaseGrantKind.NoLeader;
        world.IsStoreAway = true;
        world.Run(TimeSpan.FromMinutes(2));
        Assert.That(world.Manager[One].Active, Is.EqualTo("active"));
        Assert.That(world.Manager[One].Starts, Is.EqualTo(1));
    }

    [Test]
    public void One_stopped_in_time_runs_again_under_the_same_claim_when_the_lease_goes_on_unbroken()
    {
        AgentWorld world = Running(6);
        world.IsStoreAway = true;
        world.Run(world.Core.Lease.StopAt - world.Now + TimeSpan.FromMilliseconds(1));
        Assert.That(world.Manager[One].Active, Is.EqualTo("inactive"));
        int lapses = world.Core.Lease.Lapses;
        world.HealStore();
        LeaseGrant grant = new(LeaseGrantKind.Granted, "") { Duration = AgentWorld.Lease };
        world.Core.Renewed(grant, AgentWorld.Lease, world.Now, world.Now);
        world.Run(s_while);
        Assert.That(world.Core.Lease.Lapses, Is.EqualTo(lapses));
        Assert.That(world.Manager[One].Active, Is.EqualTo("active"));
    }

    [Test]
    public void After_a_lapse_the_claim_is_given_back_and_only_a_new_one_starts_it()
    {
        AgentWorld world = Running(7);
        ulong token = world.Manager[One].Token;
        world.Pause(TimeSpan.FromSeconds(20));
        Assert.That(world.Manager[One].Active, Is.EqualTo("failed"), "the guard acted");
        world.Run(s_while);
        Assert.That(world.Entries, Is.Empty);
        Assert.That(world.Manager, Is.Empty);
        Assert.That(world.Happened.Count(h => h == $"start {One}"), Is.EqualTo(1));
        world.Put(One, ScheduleState.Launched, isSingleton: true);
        world.Run(s_while);
        Assert.That(world.Manager[One].Active, Is.EqualTo("active"));
        Assert.That(world.Manager[One].Token, Is.GreaterThan(token));
    }

    [Test]
    public void An_entry_from_before_the_lapse_that_is_heard_of_late_starts_nothing()
    {
        AgentWorld world = new(8);
        world.Run(s_while);
        world.IsStoreAway = true;
        world.Put(One, ScheduleState.Launched, isSingleton: true);
        world.Run(TimeSpan.FromSeconds(20));
        world.HealStore();
        world.Run(s_while);
        Assert.That(world.Happened, Does.Not.Contain($"start {One}"));
        Assert.That(world.Entries, Is.Empty);
    }

    [Test]
    public void A_restart_of_the_agent_within_the_lease_leaves_it_running()
    {
        AgentWorld world = Running(9);
        world.Pause(TimeSpan.FromSeconds(2));
        world.RestartAgent();
        world.Run(TimeSpan.FromSeconds(30));
        Assert.That(world.Manager[One].Active, Is.EqualTo("active"));
        Assert.That(world.Manager[One].Starts, Is.EqualTo(1));
        Assert.That(world.Entries, Does.ContainKey(One));
    }

    [Test]
    public void An_agent_that_starts_without_the_store_still_stops_it_in_time()
    {
        AgentWorld world = Running(10);
        world.IsStoreAway = true;
        world.RestartAgent();
        world.Run(TimeSpan.FromSeconds(9));
        Assert.That(world.Happened, Does.Contain($"stop {One}").And.Not.Contain($"guard {One}"));
    }

    [Test]
    public void After_a_restart_of_the_machine_the_claim_is_given_back()
    {
        AgentWorld world = Running(11);
        world.Reboot();
        world.Run(s_while);
        Assert.That(world.Entries, Is.Empty);
        Assert.That(world.Happened.Count(h => h == $"start {One}"), Is.EqualTo(1));
    }

    [Test]
    public void A_guard_that_cannot_be_armed_any_more_ends_it_gracefully()
    {
        AgentWorld world = Running(12);
        world.IsGuardBroken = true;
        world.Run(TimeSpan.FromSeconds(9));
        Assert.That(world.Happened, Does.Contain($"stop {One}").And.Not.Contain($"guard {One}"));
        Assert.That(world.Manager[One].Active, Is.EqualTo("inactive"));
    }

    // The guard may have let go of it without saying so.
    [Test]
    public void After_an_arming_without_an_answer_it_is_not_started_before_the_guard_is_armed_again()
    {
        AgentWorld world = Running(14);
        world.Put("two.service", ScheduleState.Launched, isSingleton: true);
        world.Run(s_while);
        Assert.That(world.Manager["two.service"].Active, Is.EqualTo("active"));
        world.IsGuardMute = true;
        world.Remove("two.service");
        world.Run(TimeSpan.FromMilliseconds(500));
        Assert.That(world.Armed, Does.Not.Contain("two.service"));
        world.IsGuardMute = false;
        world.Happened.Clear();
        world.Put("two.service", ScheduleState.Launched, isSingleton: true);
        world.Run(s_while);
        Assert.That(world.Happened, Does.Contain("start two.service"));
        Assert.That(
            world.Happened.IndexOf("arm"), Is.InRange(0, world.Happened.IndexOf("start two.service")),
            string.Join(", ", world.Happened));
    }

    [Test]
    public void A_machine_that_slept_past_its_lease_gives_its_claim_back_and_runs_nothing_of_it()
    {
        AgentWorld world = Running(15);
        world.Pause(TimeSpan.FromHours(1));
        world.Run(s_while);
        Assert.That(world.Entries, Does.Not.ContainKey(One));
        Assert.That(world.Happened.Count(h => h == $"start {One}"), Is.EqualTo(1));
    }

    [Test]
    public void A_late_answer_counts_from_when_it_was_asked_for()
    {
        AgentWorld world = new(13);
        TimeSpan sent = world.Now;
        TimeSpan later = sent + TimeSpan.FromSeconds(9);
        world.Core.Renewed(
            new LeaseGrant(LeaseGrantKind.Granted, "") { Duration = AgentWorld.Lease }, AgentWorld.Lease, sent, later);
        Assert.That(world.Core.Lease.Until, Is.EqualTo(sent + AgentWorld.Lease));
    }

    // Whatever happens, no process of a singleton lives past what the lease, as last granted, allows.
    [Test]
    public void It_never_runs_past_the_lease()
    {
        for (ulong seed = 100; seed < 160; seed++)
        {
            Prng chance = new(seed);
            AgentWorld world = Running(seed);
            for (int i = 0; i < 60; i++)
            {
                Happen(world, chance);
                world.Run(TimeSpan.FromMilliseconds(chance.Next(1500)));
                bool runs = world.Manager.TryGetValue(One, out WorldUnit? unit) && unit.Active == "active";
                if (runs)
                {
                    Assert.That(world.Now, Is.LessThan(world.Core.Lease.KillAt), $"seed {seed}, step {i}");
                    Assert.That(world.Armed, Does.Contain(One), $"seed {seed}, step {i}");
                }
            }

            world.Grants = LeaseGrantKind.Granted;
            world.IsGuardBroken = false;
            world.SetManagerAway(false);
            world.HealStore();
            world.Run(TimeSpan.FromSeconds(40));
            world.Put(One, ScheduleState.Launched, isSingleton: true);
            world.Run(TimeSpan.FromSeconds(40));
            Assert.That(world.Manager[One].Active, Is.EqualTo("active"), $"seed {seed}");
            Assert.That(world.Manager[One].Token, Is.EqualTo(world.Entries[One].CreatedIndex.Value), $"seed {seed}");
        }
    }

    private static void Happen(AgentWorld world, Prng chance)
    {
        switch (chance.Next(9))
        {
            case 0:
                world.IsStoreAway = true;
                break;
            case 1 or 2:
                world.HealStore();
                break;
            case 3:
                world.Pause(TimeSpan.FromMilliseconds(chance.Next(15_000)));
                break;
            case 4:
                world.RestartAgent();
                break;
            case 5:
                world.IsGuardBroken = !world.IsGuardBroken;
                break;
            case 6:
                world.SetManagerAway(!world.IsManagerAway);
                break;
            case 7:
                world.Grants = world.Grants == LeaseGrantKind.Granted
                    ? LeaseGrantKind.NoLeader
                    : LeaseGrantKind.Granted;
                break;
            default:
                if (!world.IsStoreAway)
                    world.Put(One, (ScheduleState)chance.Next(2), isSingleton: true);
                break;
        }
    }

    private static AgentWorld Running(ulong seed)
    {
        AgentWorld world = new(seed);
        world.Run(s_while);
        world.Put(One, ScheduleState.Launched, isSingleton: true);
        world.Run(s_while);
        Assert.That(world.Manager[One].Active, Is.EqualTo("active"));
        return world;
    }

    private static FenceFacts Fence(LeaseFacts lease) =>
        new(lease with { Floor = new StoreIndex(5) }, new HashSet<string> { One }, lease.KillAt);

    private static bool MayStart(LeaseFacts lease) => Fence(lease).Allows(
        new ScheduleEntry("a", One, "", ScheduleState.Launched) { CreatedIndex = new StoreIndex(9) }, TimeSpan.Zero);

    private static StepKind? StepOfRevoked(LeaseFacts lease)
    {
        UnitFacts unit = new(One)
        {
            Entry = new ScheduleEntry("a", One, "", ScheduleState.Revoked) { CreatedIndex = new StoreIndex(9) },
            Published = PublishedState.None,
        };
        MachineFacts machine = new(true, true, false, Fence(lease));
        return AgentPlanner.Decide(unit, machine, TimeSpan.Zero).Kind;
    }
}
