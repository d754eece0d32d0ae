using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.Updates.Lifecycle;

/// <summary>The node ends at any moment and starts again: in the same boot or another, in either slot.</summary>
[TestFixture, Category("Unit")]
internal sealed class LifecycleStartTests
{
    private static readonly BootFacts s_same = LifecycleDesk.Boot;
    private static readonly BootFacts s_sameNext = s_same with { IsOtherNext = true };
    private static readonly BootFacts s_again = s_same with { BootId = "boot-2" };
    private static readonly BootFacts s_againNext = s_again with { IsOtherNext = true };
    private static readonly BootFacts s_fellBack = s_again with { IsOtherTried = true };
    private static readonly BootFacts s_new = LifecycleDesk.NewBoot;
    private static readonly BootFacts s_newMarked = LifecycleDesk.NewBoot with { IsMarkedGood = true };

    private static IEnumerable<TestCaseData> Starts()
    {
        static TestCaseData Case(LifecycleStage at, BootFacts boot, LifecycleStage then, UpdateStepKind step) =>
            new(at, boot, then, step);
        foreach (LifecycleStage at in (LifecycleStage[])
            [
                LifecycleStage.Checking, LifecycleStage.Available, LifecycleStage.Downloading, LifecycleStage.Verifying,
            ])
        {
            yield return Case(at, s_same, LifecycleStage.Idle, UpdateStepKind.Wait);
            yield return Case(at, s_again, LifecycleStage.Idle, UpdateStepKind.Wait);
        }

        yield return Case(LifecycleStage.Finalizing, s_same, LifecycleStage.Verifying, UpdateStepKind.Verify);
        yield return Case(LifecycleStage.Finalizing, s_again, LifecycleStage.Verifying, UpdateStepKind.Verify);
        yield return Case(LifecycleStage.Finalizing, s_sameNext, LifecycleStage.NeedReboot, UpdateStepKind.Wait);
        yield return Case(LifecycleStage.Finalizing, s_againNext, LifecycleStage.NeedReboot, UpdateStepKind.Wait);
        yield return Case(LifecycleStage.Finalizing, s_new, LifecycleStage.Judging, UpdateStepKind.JudgeHealth);
        yield return Case(LifecycleStage.Finalizing, s_fellBack, LifecycleStage.Idle, UpdateStepKind.Wait);
        yield return Case(LifecycleStage.NeedReboot, s_sameNext, LifecycleStage.NeedReboot, UpdateStepKind.Wait);
        yield return Case(LifecycleStage.NeedReboot, s_same, LifecycleStage.Idle, UpdateStepKind.Wait);
        yield return Case(LifecycleStage.NeedReboot, s_againNext, LifecycleStage.NeedReboot, UpdateStepKind.Wait);
        yield return Case(LifecycleStage.NeedReboot, s_fellBack, LifecycleStage.Idle, UpdateStepKind.Wait);
        yield return Case(LifecycleStage.NeedReboot, s_new, LifecycleStage.Judging, UpdateStepKind.JudgeHealth);
        yield return Case(LifecycleStage.NeedReboot, s_newMarked, LifecycleStage.Idle, UpdateStepKind.Wait);
        yield return Case(LifecycleStage.Judging, s_new, LifecycleStage.Judging, UpdateStepKind.JudgeHealth);
        yield return Case(LifecycleStage.Judging, s_newMarked, LifecycleStage.Idle, UpdateStepKind.Wait);
        yield return Case(LifecycleStage.Judging, s_fellBack with { BootId = "boot-3" }, LifecycleStage.Idle,
            UpdateStepKind.Wait);
    }

    [TestCaseSource(nameof(Starts))]
    public void The_machine_leads_on_from_what_was_saved(
        LifecycleStage at, BootFacts boot, LifecycleStage then, UpdateStepKind step)
    {
        LifecycleDesk desk = LifecycleDesk.Started().To(at);
        desk.Restart(boot);
        Assert.That((desk.State.Stage, desk.State.Step), Is.EqualTo((then, step)), desk.Last.Reason);
    }

    [Test]
    public void A_version_that_did_not_come_up_is_told_as_44_and_is_not_taken_again()
    {
        LifecycleDesk desk = LifecycleDesk.Started().To(LifecycleStage.NeedReboot);
        desk.Restart(s_fellBack);
        Assert.That(desk.State.History[^1].Code, Is.EqualTo(UpdateError.Rollback));
        UpdateEvent told = desk.Ask().Step.Request!.Event;
        Assert.That((told.Type, told.Result, told.Code), Is.EqualTo((3, 0, UpdateError.Rollback)));
        desk.Fail(UpdateError.OmahaRequest);
        Assert.That(desk.Ask().Step.Request!.Event.Code, Is.EqualTo(UpdateError.Rollback), "it was not heard");
        desk.Answer(LifecycleDesk.Offer);
        Assert.That((desk.Told[^1].Result, desk.Told[^1].Code), Is.EqualTo((9, UpdateError.KnownBad)));
        desk.Sent();
        UpdateEvent next = desk.Ask(new UpdateWish { IsInteractive = true, IsBadAccepted = true }).Step.Request!.Event;
        Assert.That((next.Result, next.PreviousVersion), Is.EqualTo((2, "")));
        desk.Answer(LifecycleDesk.Offer);
        Assert.That(desk.Metadata().Step.Kind, Is.EqualTo(UpdateStepKind.Prepare), "by the operator's word");
    }

    [Test]
    public void The_mark_of_an_update_survives_a_restart_of_the_node_but_not_one_of_the_machine()
    {
        LifecycleDesk desk = LifecycleDesk.Started().To(LifecycleStage.NeedReboot);
        Assert.That(desk.Restart(s_sameNext).State.IsMarkerWanted, Is.True);
        Assert.That(desk.Restart(s_new).State.IsMarkerWanted, Is.False);
    }

    [Test]
    public void Events_that_no_server_got_outlive_a_restart()
    {
        LifecycleDesk desk = LifecycleDesk.Started().To(LifecycleStage.NeedReboot);
        desk.Restart(s_sameNext);
        Assert.That(desk.State.Outbox.Select(e => e.Type), Is.EqualTo(new[] { 13, 14, 3 }));
        desk.Tell(new UpdateFact.EventsSent(2));
        desk.Restart(s_sameNext);
        Assert.That(desk.State.Outbox.Select(e => e.Number), Is.EqualTo(new long[] { 3 }));
    }

    [Test]
    public void A_slot_that_nobody_marked_good_must_prove_itself_whatever_the_file_says()
    {
        LifecycleDesk desk = new();
        desk.Tell(new UpdateFact.Started(s_same with { IsMarkedGood = false, IsOtherGood = false }));
        Assert.That(desk.Last.Step.Kind, Is.EqualTo(UpdateStepKind.JudgeHealth));
        desk.Pass(TimeSpan.FromMinutes(1));
        desk.Health(LifecycleDesk.Healthy);
        desk.Tell(new UpdateFact.MarkedGood(desk.State.StepNumber));
        Assert.That(desk.State.Stage, Is.EqualTo(LifecycleStage.Idle));
        Assert.That(desk.State.Boot!.IsMarkedGood, Is.True);
    }

    [Test]
    public void A_machine_without_slots_only_checks()
    {
        LifecycleDesk desk = new();
        desk.Tell(new UpdateFact.Started(new BootFacts { BootId = "b", Slot = "", Version = "1.0" }));
        Assert.That(desk.State.Stage, Is.EqualTo(LifecycleStage.Idle));
        desk.Ask();
        desk.Answer(LifecycleDesk.Offer);
        Assert.That(desk.Told[^1].Code, Is.EqualTo(UpdateError.NoTargetSlot));
    }

    [Test]
    public void A_payload_that_ends_the_node_is_fetched_anew_after_some_tries()
    {
        LifecycleDesk desk = LifecycleDesk.Started();
        List<bool> resumed = [];
        for (int i = 0; i < 14; i++)
        {
            desk.PassUntilDue();
            desk.Answer(LifecycleDesk.Offer);
            desk.Metadata();
            resumed.Add(desk.Prepared().Step.IsResumed);
            desk.Restart(s_same);
        }

        Assert.That(resumed[0], Is.False);
        Assert.That(resumed.Skip(1).Take(11), Has.All.True);
        Assert.That(resumed[12], Is.False);
        Assert.That(resumed[13], Is.True);
    }
}
