using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.Updates.Lifecycle;

/// <summary>A new version runs and has to prove itself.</summary>
[TestFixture, Category("Unit")]
internal sealed class LifecycleGateTests
{
    private static readonly IReadOnlyList<HealthCheck> s_broken =
        [.. LifecycleDesk.Healthy.Select(c => c.Name == "web" ? c with { IsPassed = false } : c)];

    private static readonly IReadOnlyList<HealthCheck> s_cut =
        [.. LifecycleDesk.Healthy.Select(c => c.Name is "network" or "cluster" ? c with { IsPassed = false } : c)];

    private static readonly BootFacts s_back = LifecycleDesk.Boot with { BootId = "boot-3", IsOtherTried = true };

    [Test]
    public void A_version_is_not_marked_good_before_it_has_run_for_45_seconds()
    {
        LifecycleDesk desk = Judging();
        desk.Pass(TimeSpan.FromSeconds(44));
        Assert.That(desk.Health(LifecycleDesk.Healthy).Step.Kind, Is.EqualTo(UpdateStepKind.JudgeHealth));
        desk.Pass(TimeSpan.FromSeconds(1));
        Assert.That(desk.Health(LifecycleDesk.Healthy).Step.Kind, Is.EqualTo(UpdateStepKind.MarkGood));
        Assert.That(desk.Last.Step.Slot, Is.EqualTo("B"));
    }

    [Test]
    public void A_version_that_does_not_become_healthy_is_left_and_told_as_44()
    {
        LifecycleDesk desk = Judging();
        desk.Pass(TimeSpan.FromMinutes(9));
        Assert.That(desk.Health(s_broken).Step.Kind, Is.EqualTo(UpdateStepKind.JudgeHealth));
        desk.Pass(TimeSpan.FromMinutes(1));
        Assert.That(desk.Health(s_broken).Step.Kind, Is.EqualTo(UpdateStepKind.Reboot));
        Assert.That(desk.Last.Reason, Does.Contain("web"));
        Assert.That(desk.Restart(LifecycleDesk.NewBoot).Step.Kind, Is.EqualTo(UpdateStepKind.Reboot), "not yet gone");
        desk.Restart(s_back);
        Assert.That(desk.State.Stage, Is.EqualTo(LifecycleStage.Idle));
        Assert.That(desk.State.BadVersions.Single(), Has.Property(nameof(BadVersion.IsRefused)).True);
        Assert.That(desk.Ask().Step.Request!.Event.Code, Is.EqualTo(UpdateError.Rollback));
    }

    [Test]
    public void A_clock_that_jumps_forward_does_not_end_the_time_to_become_healthy()
    {
        LifecycleDesk desk = Judging();
        desk.SetWall(new DateTimeOffset(2031, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Assert.That(desk.Health(s_broken).Step.Kind, Is.EqualTo(UpdateStepKind.JudgeHealth));
    }

    [Test]
    public void Without_a_network_the_slot_stays_unmarked_and_is_marked_when_the_network_is_back()
    {
        LifecycleDesk desk = Judging();
        desk.Pass(TimeSpan.FromHours(2));
        desk.Health(s_cut);
        Assert.That(desk.State.Gate.Verdict.Kind, Is.EqualTo(HealthVerdictKind.Unclear));
        Assert.That(desk.Last.Step.Kind, Is.EqualTo(UpdateStepKind.JudgeHealth));
        Assert.That(desk.Last.Due, Is.Null);
        desk.Pass(TimeSpan.FromHours(20));
        Assert.That(desk.Health(LifecycleDesk.Healthy).Step.Kind, Is.EqualTo(UpdateStepKind.MarkGood));
    }

    [Test]
    public void A_version_that_was_left_in_doubt_gets_one_more_chance_and_not_two()
    {
        LifecycleDesk desk = Judging();
        for (int i = 0; i < 2; i++)
        {
            desk.Pass(TimeSpan.FromHours(2));
            desk.Health(s_cut);
            desk.Restart(s_back with { BootId = $"back-{i}" });
            Assert.That(desk.State.Stage, Is.EqualTo(LifecycleStage.Idle));
            Assert.That(desk.State.BadVersions.Single().IsRefused, Is.EqualTo(i == 1));
            desk.Ask(new UpdateWish { IsInteractive = true });
            desk.Answer(LifecycleDesk.Offer);
            if (i == 1)
                break;
            desk.Metadata();
            desk.Prepared();
            desk.Applied();
            desk.Verified();
            desk.Finalized();
            desk.Restart(LifecycleDesk.NewBoot with { BootId = $"new-{i}" });
        }

        Assert.That(desk.Told[^1].Code, Is.EqualTo(UpdateError.KnownBad));
    }

    [Test]
    public void The_others_being_fine_makes_a_lost_network_this_versions_fault()
    {
        LifecycleDesk desk = Judging();
        desk.Pass(TimeSpan.FromMinutes(10));
        Assert.That(desk.Health(s_cut, SiteAnswer.OthersAreFine).Step.Kind, Is.EqualTo(UpdateStepKind.Reboot));
    }

    [Test]
    public void What_others_say_later_ends_the_doubt()
    {
        LifecycleDesk desk = Judging();
        desk.Pass(TimeSpan.FromMinutes(10));
        IReadOnlyList<HealthCheck> lost =
            [.. LifecycleDesk.Healthy.Select(static c => c.Name == "cluster" ? c with { IsPassed = false } : c)];
        Assert.That(desk.Health(lost, SiteAnswer.OthersFailToo).Step.Kind, Is.EqualTo(UpdateStepKind.JudgeHealth));
        Assert.That(desk.State.Gate.Verdict.Kind, Is.EqualTo(HealthVerdictKind.Unclear));
        desk.Pass(TimeSpan.FromHours(3));
        Assert.That(desk.Health(lost, SiteAnswer.NobodyReached).Step.Kind, Is.EqualTo(UpdateStepKind.JudgeHealth));
        desk.Pass(TimeSpan.FromMinutes(9));
        Assert.That(
            desk.Health(lost, SiteAnswer.OthersAreFine).Step.Kind, Is.EqualTo(UpdateStepKind.JudgeHealth),
            "the others may have come back a moment ago");
        Assert.That(desk.State.Gate.Verdict.Kind, Is.EqualTo(HealthVerdictKind.Unclear));
        Assert.That(desk.Last.Due, Is.Null);
        desk.Pass(TimeSpan.FromMinutes(1));
        Assert.That(desk.Health(lost, SiteAnswer.OthersAreFine).Step.Kind, Is.EqualTo(UpdateStepKind.Reboot));
        Assert.That(desk.State.Stage, Is.EqualTo(LifecycleStage.RollingBack));
    }

    [Test]
    public void A_doubt_shortly_before_the_deadline_postpones_it_too()
    {
        LifecycleDesk desk = Judging();
        desk.Pass(TimeSpan.FromMinutes(9));
        Assert.That(desk.Health(s_cut).State.Gate.Verdict.Kind, Is.EqualTo(HealthVerdictKind.Waiting));
        desk.Pass(TimeSpan.FromMinutes(2));
        Assert.That(desk.Health(s_broken).Step.Kind, Is.EqualTo(UpdateStepKind.JudgeHealth));
        desk.Pass(TimeSpan.FromMinutes(9));
        Assert.That(desk.Health(s_broken).Step.Kind, Is.EqualTo(UpdateStepKind.Reboot));
    }

    [Test]
    public void With_nothing_to_go_back_to_a_sick_version_stays_and_says_so()
    {
        LifecycleDesk desk = LifecycleDesk.Started().To(LifecycleStage.NeedReboot);
        desk.Restart(LifecycleDesk.NewBoot with { IsOtherGood = false });
        desk.Pass(TimeSpan.FromMinutes(10));
        Assert.That(desk.Health(s_broken).Step.Kind, Is.EqualTo(UpdateStepKind.MarkGood));
        desk.Tell(new UpdateFact.MarkedGood(desk.State.StepNumber));
        Assert.That(desk.State.Stage, Is.EqualTo(LifecycleStage.Idle));
        Assert.That(desk.State.Outcome.IsFailure, Is.True);
        Assert.That(desk.Last.Reason, Does.Contain("nothing to go back to"));
        Assert.That(desk.Ask().Step.Kind, Is.EqualTo(UpdateStepKind.Check), "so that a mended version can come");
    }

    [Test]
    public void A_machine_that_comes_up_in_the_sick_slot_again_is_not_rebooted_for_ever()
    {
        LifecycleDesk desk = Judging();
        desk.Pass(TimeSpan.FromMinutes(10));
        desk.Health(s_broken);
        Assert.That(desk.State.Stage, Is.EqualTo(LifecycleStage.RollingBack));
        desk.Restart(LifecycleDesk.NewBoot with { BootId = "boot-3" });
        Assert.That(desk.State.Stage, Is.EqualTo(LifecycleStage.Judging));
        desk.Pass(TimeSpan.FromMinutes(10));
        Assert.That(desk.Health(s_broken).Step.Kind, Is.EqualTo(UpdateStepKind.MarkGood));
    }

    [Test]
    public void A_node_that_falls_over_again_and_again_is_not_healthy()
    {
        LifecycleDesk desk = Judging();
        for (int i = 0; i < 60 && desk.State.Stage == LifecycleStage.Judging; i++)
        {
            desk.Pass(TimeSpan.FromSeconds(30));
            desk.Restart(LifecycleDesk.NewBoot);
        }

        Assert.That(desk.State.Stage, Is.EqualTo(LifecycleStage.RollingBack));
    }

    [Test]
    public void A_node_that_was_stopped_for_an_hour_gets_its_time_again()
    {
        LifecycleDesk desk = Judging();
        desk.Pass(TimeSpan.FromHours(1));
        desk.Restart(LifecycleDesk.NewBoot);
        Assert.That(desk.Health(s_broken).Step.Kind, Is.EqualTo(UpdateStepKind.JudgeHealth));
    }

    [Test]
    public void Checks_of_health_that_never_answer_end_in_a_rollback()
    {
        LifecycleDesk desk = Judging();
        Assert.That(desk.Last.Due, Is.Not.Null);
        desk.PassUntilDue();
        Assert.That(desk.Last.Step.Kind, Is.EqualTo(UpdateStepKind.Reboot));
    }

    [TestCase(UpdateStepKind.MarkGood), TestCase(UpdateStepKind.Reboot)]
    public void What_must_succeed_is_tried_again(UpdateStepKind step)
    {
        LifecycleDesk desk = Judging();
        desk.Pass(TimeSpan.FromMinutes(10));
        desk.Health(step == UpdateStepKind.MarkGood ? LifecycleDesk.Healthy : s_broken);
        for (int i = 0; i < 3; i++)
        {
            long number = desk.State.StepNumber;
            desk.Fail(UpdateError.SetBootableFlag);
            Assert.That(desk.Last.Step.Kind, Is.EqualTo(step));
            Assert.That(desk.Last.Step.Number, Is.GreaterThan(number));
            Assert.That(desk.Last.Step.NotBefore - desk.Now.Uptime, Is.EqualTo(TimeSpan.FromMinutes(1)));
        }
    }

    [Test]
    public void The_operator_may_leave_a_version_that_has_not_proven_itself()
    {
        LifecycleDesk desk = Judging();
        desk.Tell(new UpdateFact.RollbackAsked(LifecycleDesk.NewBoot));
        Assert.That(desk.Last.Step.Kind, Is.EqualTo(UpdateStepKind.Reboot));
        desk.Restart(s_back);
        Assert.That(desk.State.BadVersions.Single().Why, Does.Contain("operator"));
    }

    private static LifecycleDesk Judging() => LifecycleDesk.Started().To(LifecycleStage.Judging);
}
