using CoreNode.Reboots;

namespace CoreNode.Tests.Reboots;

/// <summary>What follows from what, one at a time.</summary>
[TestFixture, Category("Unit")]
internal sealed class RebootOrderTests
{
    [Test]
    public void The_order_is_look_lock_look_leader_cordon_drain_warn_sync_restart_judge_uncordon_release()
    {
        RebootBench bench = RebootBench.Started();
        bench.Tell(new RebootFact.WantSeen(RebootBench.Update));
        List<RebootStepKind> steps = [];
        while (bench.State.Stage != RebootStage.Idle)
        {
            steps.Add(bench.Last.Step.Kind);
            if (bench.State is { Stage: RebootStage.Rebooting, Step: RebootStepKind.Wait })
                bench.Restart("boot-2");
            else
                bench.Succeed();
        }

        Assert.That(steps, Is.EqualTo((RebootStepKind[])
        [
            RebootStepKind.Look, RebootStepKind.TakeLock, RebootStepKind.Look, RebootStepKind.MoveLeader,
            RebootStepKind.Cordon, RebootStepKind.Drain, RebootStepKind.Warn, RebootStepKind.Sync,
            RebootStepKind.Restart, RebootStepKind.Wait, RebootStepKind.Judge, RebootStepKind.Uncordon,
            RebootStepKind.Release,
        ]));
        Assert.That(bench.State.Outcome.Text, Is.EqualTo("the machine has restarted: 2.0 is installed"));
        Assert.That(bench.State.Outcome.IsFailure, Is.False);
    }

    [Test]
    public void Lock_and_cordon_are_noted_before_they_are_asked_for()
    {
        RebootBench bench = RebootBench.Started().To(RebootStage.LockWait);
        Assert.That(bench.State.IsLockAsked && bench.Last.IsSaveNeeded, Is.True);
        bench.To(RebootStage.Leaving);
        bench.Succeed();
        Assert.That(bench.Last.Step.Kind, Is.EqualTo(RebootStepKind.Cordon));
        Assert.That(bench.State.IsCordonAsked && bench.Last.IsSaveNeeded, Is.True);
    }

    [Test]
    public void A_window_that_is_shut_is_waited_for_before_the_lock()
    {
        RebootBench bench = RebootBench.Started(new() { Windows = RebootBench.Windows("Thu 23:00 1h") });
        bench.Tell(new RebootFact.WantSeen(RebootBench.Update));
        bench.Succeed();
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.WindowWait));
        Assert.That(bench.Last.Reason, Is.EqualTo("the next window opens at 2026-03-05 23:00 UTC"));
        bench.Pass(TimeSpan.FromHours(24 * 4 + 11) - TimeSpan.FromSeconds(1));
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.WindowWait));
        bench.Pass(TimeSpan.FromSeconds(1));
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.LockWait));
    }

    [Test]
    public void A_lock_that_comes_after_the_window_is_given_back_and_the_next_window_awaited()
    {
        RebootBench bench = RebootBench.Started(new() { Windows = RebootBench.Windows("Sun 11:30 1h") });
        bench.Tell(new RebootFact.WantSeen(RebootBench.Update));
        bench.Succeed();
        long asking = bench.Step;
        bench.Pass(TimeSpan.FromMinutes(30) - TimeSpan.FromTicks(1));
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.LockWait));
        bench.Tell(new RebootFact.Done(asking));
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Admitted));
        bench.Pass(TimeSpan.FromSeconds(1));
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Returning));
        Assert.That(bench.Last.Step.Kind, Is.EqualTo(RebootStepKind.Release));
        Assert.That(bench.Last.Reason, Does.Contain("the lock came after the window had shut"));
        bench.Succeed();
        Assert.That(bench.State.IsLockAsked, Is.False);
        bench.Succeed();
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.WindowWait));
        Assert.That(bench.Last.Reason, Is.EqualTo("the next window opens at 2026-03-08 11:30 UTC"));
    }

    [Test]
    public void A_lock_that_is_not_there_when_the_window_shuts_is_waited_for_in_the_next_one()
    {
        RebootBench bench = RebootBench.Started(new() { Windows = RebootBench.Windows("Sun 11:30 1h") });
        bench.To(RebootStage.LockWait);
        bench.Pass(TimeSpan.FromMinutes(30));
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Returning));
        Assert.That(bench.Last.Step.Kind, Is.EqualTo(RebootStepKind.Release), "it may have come meanwhile");
    }

    [Test]
    public void A_drain_that_outlasts_the_window_is_taken_back()
    {
        RebootBench bench = RebootBench.Started(new() { Windows = RebootBench.Windows("Sun 11:30 1h") });
        bench.To(RebootStage.Leaving);
        bench.Succeed();
        bench.Succeed();
        Assert.That(bench.Last.Step.Kind, Is.EqualTo(RebootStepKind.Drain));
        bench.Pass(TimeSpan.FromMinutes(30));
        Assert.That(bench.Last.Step.Kind, Is.EqualTo(RebootStepKind.Uncordon));
        bench.Succeed();
        Assert.That(bench.Last.Step.Kind, Is.EqualTo(RebootStepKind.Release));
    }

    [Test]
    public void Machines_begin_in_different_parts_of_a_window()
    {
        HashSet<DateTimeOffset> begins = [];
        for (ulong seed = 1; seed <= 20; seed++)
        {
            RebootSettings settings = new() { Fuzz = TimeSpan.FromHours(1) };
            RebootMoment now = RebootBench.Started().Now;
            RebootState state = RebootState.Initial with
            {
                Stage = RebootStage.Wanted,
                Want = RebootBench.Update,
                Step = RebootStepKind.Look,
            };
            RebootDecision decision = RebootOrder.Decide(
                state, new RebootFact.Looked(0, RebootPermission.Granted), settings, now, seed);
            Assert.That(decision.State.Stage, Is.EqualTo(RebootStage.WindowWait));
            Assert.That(decision.State.FuzzUntil, Is.InRange(now.Wall, now.Wall + settings.Fuzz));
            begins.Add(decision.State.FuzzUntil!.Value);
        }

        Assert.That(begins, Has.Count.EqualTo(20));
    }

    [Test]
    public void A_store_that_would_lose_its_quorum_is_waited_for()
    {
        RebootBench bench = RebootBench.Started();
        bench.Tell(new RebootFact.WantSeen(RebootBench.Update));
        bench.Tell(new RebootFact.Looked(bench.Step, RebootBench.Quorum));
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Wanted));
        Assert.That(bench.Last.Reason, Is.EqualTo(RebootBench.Quorum.Breaks));
        Assert.That(bench.Last.Step.NotBefore, Is.EqualTo(bench.Now.Uptime + bench.Settings.LookDelay));
        Assert.That(bench.Last.IsSaveNeeded, Is.False, "nothing is written while it only looks");
        bench.Succeed();
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.LockWait));
    }

    [TestCase(RebootStrategy.EtcdLock)]
    [TestCase(RebootStrategy.Reboot)]
    public void Only_the_look_after_which_it_leaves_is_the_last_one(RebootStrategy strategy)
    {
        RebootBench bench = RebootBench.Started(new() { Strategy = strategy }).To(RebootStage.Wanted);
        Assert.That(bench.Last.Step, Is.EqualTo(new RebootStep(RebootStepKind.Look, bench.Step)
        {
            Why = RebootBench.Update.Text,
        }));
        bench.To(RebootStage.Admitted);
        Assert.That(bench.Last.Step.Kind, Is.EqualTo(RebootStepKind.Look));
        Assert.That(bench.Last.Step.IsLast, Is.True);
    }

    [Test]
    public void With_the_lock_held_a_thin_quorum_gives_it_back()
    {
        RebootBench bench = RebootBench.Started().To(RebootStage.Admitted);
        bench.Tell(new RebootFact.Looked(bench.Step, RebootBench.Quorum));
        Assert.That(bench.Last.Step.Kind, Is.EqualTo(RebootStepKind.Release));
        bench.Succeed();
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Wanted));
        TimeSpan most = bench.Settings.BackOff;
        Assert.That(bench.Last.Step.NotBefore - bench.Now.Uptime, Is.InRange(most / 2, most));
    }

    [Test]
    public void A_cluster_of_one_restarts_only_if_somebody_accepted_the_outage()
    {
        RebootBench bench = RebootBench.Started();
        bench.Tell(new RebootFact.WantSeen(RebootBench.Update));
        bench.Tell(new RebootFact.Looked(bench.Step, RebootBench.Alone));
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Wanted));
        Assert.That(bench.Last.Reason, Does.Contain("nobody has accepted that").And.Contain("--accept-outage"));
        bench.Tell(new RebootFact.OutageAccepted());
        bench.Tell(new RebootFact.Looked(bench.Step, RebootBench.Alone));
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.LockWait));
    }

    [TestCase("window")]
    [TestCase("strategy")]
    public void A_window_or_a_strategy_without_a_lock_accepts_the_outage(string by)
    {
        RebootBench bench = RebootBench.Started(by == "window"
            ? new() { Windows = RebootBench.Windows("Sun 11:30 1h") }
            : new() { Strategy = RebootStrategy.Reboot });
        bench.Tell(new RebootFact.WantSeen(RebootBench.Update));
        bench.Tell(new RebootFact.Looked(bench.Step, RebootBench.Alone));
        Assert.That(
            bench.State.Stage, Is.EqualTo(by == "window" ? RebootStage.LockWait : RebootStage.Admitted));
    }

    [Test]
    public void A_person_is_refused_with_what_would_break()
    {
        RebootBench bench = RebootBench.Started();
        bench.Tell(new RebootFact.Asked("new kernel", false));
        bench.Tell(new RebootFact.Looked(bench.Step, RebootBench.Quorum));
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Idle));
        Assert.That(bench.State.Outcome.Text, Is.EqualTo("refused: the store would lose its quorum"));
        Assert.That(bench.State.Outcome.IsFailure, Is.True);
        bench.Tell(new RebootFact.Asked("new kernel", true));
        bench.Tell(new RebootFact.Looked(bench.Step, RebootBench.Quorum));
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.LockWait));
    }

    [Test]
    public void A_person_asks_no_window()
    {
        RebootBench bench = RebootBench.Started(
            new() { Windows = RebootBench.Windows("Thu 23:00 1h"), Fuzz = TimeSpan.FromHours(1) });
        bench.Tell(new RebootFact.WantSeen(RebootBench.Update));
        bench.Succeed();
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.WindowWait));
        bench.Tell(new RebootFact.Asked("", false));
        bench.To(RebootStage.Rebooting);
        Assert.That(bench.State.Want.Kind, Is.EqualTo(RebootWantKind.Person));
    }

    [Test]
    public void How_a_person_wants_it_to_restart_counts_for_one_restart()
    {
        RebootBench bench = RebootBench.Started();
        bench.Tell(new RebootFact.Asked("", false, "kexec"));
        bench.Tell(new RebootFact.Asked("a reason", false));
        bench.To(RebootStage.Warning);
        RebootState read = RebootStateCodec.Read(RebootStateCodec.Write(bench.State)).State!;
        Assert.That(read.By, Is.EqualTo("kexec"));
        bench.To(RebootStage.Rebooting);
        Assert.That(bench.Last.Step.By, Is.EqualTo("kexec"));
        bench.To(RebootStage.Idle);
        Assert.That(bench.State.By, Is.Empty);
        bench.Tell(new RebootFact.Asked("", false));
        bench.To(RebootStage.Rebooting);
        Assert.That(bench.Last.Step.By, Is.Empty);
    }

    [Test]
    public void The_strategy_off_does_nothing_by_itself_and_gives_back_what_was_taken()
    {
        RebootBench bench = RebootBench.Started(new() { Strategy = RebootStrategy.Off });
        bench.Tell(new RebootFact.WantSeen(RebootBench.Update));
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Idle));
        Assert.That(bench.Last.Reason, Does.Contain("the strategy is off"));
        bench.Tell(new RebootFact.StrategySet(RebootStrategy.EtcdLock));
        bench.To(RebootStage.Leaving);
        bench.Tell(new RebootFact.StrategySet(RebootStrategy.Off));
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Returning));
        bench.Succeed();
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Idle));
        Assert.That(bench.State.IsLockAsked, Is.False);
    }

    [Test]
    public void Best_effort_goes_on_without_the_lock_when_the_store_is_away()
    {
        RebootBench bench = RebootBench.Started(new() { Strategy = RebootStrategy.BestEffort });
        bench.To(RebootStage.LockWait).Fail("no leader");
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Admitted));
        for (int i = 0; i < bench.Settings.Tries; i++)
            bench.Fail("no leader");
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Leaving));
        Assert.That(bench.State.IsLockAsked, Is.True, "whether it was taken is not known");
    }

    [Test]
    public void With_etcd_lock_a_store_that_is_away_is_waited_for()
    {
        RebootBench bench = RebootBench.Started().To(RebootStage.LockWait);
        for (int i = 0; i < 50; i++)
            bench.Fail("no leader");
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.LockWait));
        Assert.That(bench.Last.Reason, Is.EqualTo("the lock is waited for: no leader"));
    }

    [Test]
    public void A_machine_that_cannot_be_drained_gives_the_lock_back()
    {
        RebootBench bench = RebootBench.Started().To(RebootStage.Leaving);
        bench.Succeed();
        for (int i = 0; i < bench.Settings.Tries; i++)
            bench.Fail("no leader");
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Returning));
        Assert.That(bench.State.Outcome.Text, Is.EqualTo("it cannot be drained: no leader"));
    }

    [Test]
    public void Leadership_that_cannot_be_moved_keeps_nobody_from_restarting()
    {
        RebootBench bench = RebootBench.Started().To(RebootStage.Leaving);
        for (int i = 0; i < bench.Settings.Tries; i++)
            bench.Fail("no other voter is up to date");
        Assert.That(bench.Last.Step.Kind, Is.EqualTo(RebootStepKind.Cordon));
        Assert.That(bench.State.Failures, Is.Zero);
    }

    [Test]
    public void Those_who_are_logged_in_have_their_time_once()
    {
        RebootBench bench = RebootBench.Started().To(RebootStage.Warning);
        bench.Tell(new RebootFact.Warned(bench.Step, "alice, bob"));
        Assert.That(bench.Last.Reason, Is.EqualTo("logged in, and told: alice, bob"));
        bench.Pass(TimeSpan.FromMinutes(4));
        bench.Restart("boot-1");
        Assert.That(bench.Last.Step.Kind, Is.EqualTo(RebootStepKind.Warn), "they are told again after a kill");
        bench.Tell(new RebootFact.Warned(bench.Step, "alice"));
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Warning));
        bench.Pass(TimeSpan.FromMinutes(1));
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Stopping));
    }

    [Test]
    public void A_person_can_cancel_until_the_machine_goes_down_and_the_same_wish_does_not_come_again()
    {
        RebootBench bench = RebootBench.Started().To(RebootStage.Leaving);
        bench.Tell(new RebootFact.Cancelled());
        bench.Succeed();
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Idle));
        bench.Tell(new RebootFact.WantSeen(RebootBench.Update));
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Idle));
        Assert.That(bench.Last.Reason, Does.Contain("that was cancelled"));
        bench.Tell(new RebootFact.WantSeen(new RebootWant(RebootWantKind.Update, "2.1 is installed")));
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Wanted));
        bench.To(RebootStage.Stopping);
        Assert.That(bench.Tell(new RebootFact.Cancelled()).Refusal, Does.Contain("going down"));
    }

    [Test]
    public void A_wish_that_is_taken_back_gives_everything_back()
    {
        RebootBench bench = RebootBench.Started().To(RebootStage.Leaving);
        bench.Tell(new RebootFact.WantSeen(RebootWant.None));
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Returning));
        bench.Succeed();
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Idle));
    }

    [Test]
    public void A_machine_that_is_not_healthy_keeps_its_lock()
    {
        RebootBench bench = RebootBench.Started().To(RebootStage.Gate);
        for (int i = 0; i < 1000; i++)
        {
            bench.Tell(new RebootFact.Judged(bench.Step, RebootVerdict.Unhealthy, "no leader"));
            Assert.That(bench.Last.IsSaveNeeded, Is.False);
        }

        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Gate));
        Assert.That(bench.State.IsLockAsked, Is.True);
        Assert.That(bench.Last.Reason, Does.EndWith("no leader"));
    }

    [TestCase(RebootStage.LockWait)]
    [TestCase(RebootStage.Admitted)]
    [TestCase(RebootStage.Leaving)]
    [TestCase(RebootStage.Warning)]
    [TestCase(RebootStage.Stopping)]
    public void A_machine_that_restarts_by_itself_with_the_lock_goes_to_the_gate(RebootStage stage)
    {
        RebootBench bench = RebootBench.Started().To(stage);
        bench.Restart("boot-9");
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Gate));
        bench.To(RebootStage.Idle);
        Assert.That(bench.State.Outcome.Text, Does.Contain("restarted by itself"));
    }

    [Test]
    public void A_restart_that_was_asked_for_is_asked_for_again_after_a_kill_in_the_same_boot()
    {
        RebootBench bench = RebootBench.Started().To(RebootStage.Rebooting);
        bench.Succeed();
        bench.Restart("boot-1");
        Assert.That(bench.Last.Step.Kind, Is.EqualTo(RebootStepKind.Restart));
    }

    [Test]
    public void A_machine_that_does_not_go_down_is_asked_again_and_then_gives_everything_back()
    {
        RebootBench bench = RebootBench.Started().To(RebootStage.Rebooting);
        for (int i = 0; i < bench.Settings.Tries; i++)
        {
            bench.Succeed();
            Assert.That(bench.Last.Step.Kind, Is.EqualTo(RebootStepKind.Wait));
            bench.Pass(bench.Settings.GoDownLimit);
        }

        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Returning));
        Assert.That(bench.State.Outcome.IsFailure, Is.True);
    }

    [Test]
    public void A_machine_that_does_not_go_down_is_not_asked_again_once_the_window_has_shut()
    {
        RebootBench bench = RebootBench.Started(new()
        {
            Windows = RebootBench.Windows("Sun 11:30 1h"),
            GoDownLimit = TimeSpan.FromMinutes(40),
        }).To(RebootStage.Rebooting);
        bench.Succeed();
        bench.Pass(bench.Settings.GoDownLimit);
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Returning));
        Assert.That(bench.State.Outcome.Text, Does.Contain("the window has shut meanwhile"));
    }

    [Test]
    public void The_same_wish_right_after_the_restart_makes_no_loop()
    {
        RebootBench bench = RebootBench.Started().To(RebootStage.Gate);
        bench.Tell(new RebootFact.WantSeen(RebootBench.Update));
        bench.To(RebootStage.Idle);
        Assert.That(bench.Last.Reason, Does.Contain("has just restarted for that"));
        bench.Pass(bench.Settings.ServedFor);
        bench.Tell(new RebootFact.TimePassed());
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Wanted));
    }

    [Test]
    public void A_state_that_was_lost_gives_lock_and_cordon_back_after_the_gate()
    {
        RebootBench bench = new();
        bench.Tell(new RebootFact.Started("boot-1", true));
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Gate));
        bench.Succeed();
        Assert.That(bench.Last.Step.Kind, Is.EqualTo(RebootStepKind.Uncordon));
        bench.Succeed();
        Assert.That(bench.Last.Step.Kind, Is.EqualTo(RebootStepKind.Release));
    }

    [Test]
    public void A_node_that_may_not_restart_its_machine_refuses_people_and_heeds_nobody()
    {
        RebootBench bench = RebootBench.Started(new() { Forbidden = "it is a throw-away node" });
        bench.Tell(new RebootFact.WantSeen(RebootBench.Update));
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Idle));
        Assert.That(
            bench.Tell(new RebootFact.Asked("", true)).Refusal, Is.EqualTo("it is a throw-away node"));
    }

    [Test]
    public void What_comes_late_of_an_earlier_step_is_not_listened_to()
    {
        RebootBench bench = RebootBench.Started().To(RebootStage.LockWait);
        long asking = bench.Step;
        bench.Tell(new RebootFact.Cancelled());
        bench.Tell(new RebootFact.Done(asking));
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Returning));
        Assert.That(bench.State.IsLockAsked, Is.True);
    }

    [Test]
    public void A_state_reads_back_as_it_was_written()
    {
        RebootBench bench = RebootBench.Started(new() { Group = "prod/db" });
        bench.Tell(new RebootFact.StrategySet(RebootStrategy.BestEffort));
        bench.Tell(new RebootFact.Asked("a \"quoted\" reason", true));
        bench.To(RebootStage.Warning);
        bench.Tell(new RebootFact.Warned(bench.Step, "alice"));
        byte[] file = RebootStateCodec.Write(bench.State);
        RebootStateFile read = RebootStateCodec.Read(file);
        Assert.That(read.Problem, Is.Empty);
        Assert.That(read.State!.IsSavedAs(bench.State), Is.True);
        for (int i = 0; i < file.Length; i++)
        {
            file[i] ^= 1;
            Assert.That(RebootStateCodec.Read(file).State, Is.Null, $"byte {i}");
            file[i] ^= 1;
        }
    }
}
