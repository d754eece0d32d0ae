using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.Updates.Lifecycle;

/// <summary>An update from the check to the reboot, and what can come between.</summary>
[TestFixture, Category("Unit")]
internal sealed class LifecycleFlowTests
{
    [Test]
    public void An_update_goes_its_way_and_the_server_hears_of_it_in_order()
    {
        LifecycleDesk desk = LifecycleDesk.Started();
        Assert.That(desk.State.Stage, Is.EqualTo(LifecycleStage.Idle));
        Assert.That(desk.PassUntilDue().Step.Kind, Is.EqualTo(UpdateStepKind.Check));
        Assert.That(desk.Last.Step.Request!.Event.PreviousVersion, Is.EqualTo("0.0.0.0"));
        Assert.That(desk.Answer(LifecycleDesk.Offer).Step.Url, Is.EqualTo("https://a/u.gz"));
        UpdateStep prepare = desk.Metadata().Step;
        Assert.That((prepare.Kind, prepare.Slot), Is.EqualTo((UpdateStepKind.Prepare, "B")));
        Assert.That(desk.Prepared().Step.Kind, Is.EqualTo(UpdateStepKind.Apply));
        Assert.That(LifecycleStatus.Name(desk.State), Is.EqualTo("UPDATE_STATUS_UPDATE_AVAILABLE"));
        Assert.That(desk.Progress(1).IsStatusChanged, Is.True);
        Assert.That(LifecycleStatus.Name(desk.State), Is.EqualTo("UPDATE_STATUS_DOWNLOADING"));
        Assert.That(desk.Applied().Step.Kind, Is.EqualTo(UpdateStepKind.Verify));
        Assert.That(desk.Verified().Step.Kind, Is.EqualTo(UpdateStepKind.Finalize));
        Assert.That(desk.State.IsMarkerWanted, Is.False);
        desk.Finalized();
        Assert.That(LifecycleStatus.Name(desk.State), Is.EqualTo("UPDATE_STATUS_UPDATED_NEED_REBOOT"));
        Assert.That(desk.State.IsMarkerWanted, Is.True);
        Assert.That(desk.Told.Select(e => (e.Type, e.Result)), Is.EqualTo(new[] { (13, 1), (14, 1), (3, 1) }));
        Assert.That(desk.Told.Select(e => e.Number), Is.EqualTo(new long[] { 1, 2, 3 }));

        Assert.That(desk.PassUntilDue().Step.Kind, Is.EqualTo(UpdateStepKind.Ping));
        desk.Answer(null);
        Assert.That(desk.Restart(LifecycleDesk.NewBoot).Step.Kind, Is.EqualTo(UpdateStepKind.JudgeHealth));
        desk.Pass(TimeSpan.FromSeconds(60));
        Assert.That(desk.Health(LifecycleDesk.Healthy).Step.Kind, Is.EqualTo(UpdateStepKind.MarkGood));
        desk.Tell(new UpdateFact.MarkedGood(desk.State.StepNumber));
        Assert.That(desk.State.Stage, Is.EqualTo(LifecycleStage.Idle));
        Assert.That(desk.State.HighestCounter, Is.EqualTo(20));
        Assert.That(desk.State.History[^1].Code, Is.EqualTo(UpdateError.Success));
        UpdateEvent last = desk.PassUntilDue().Step.Request!.Event;
        Assert.That((last.Type, last.Result, last.PreviousVersion), Is.EqualTo((3, 2, "1.0")));
        desk.Answer(null);
        Assert.That(desk.PassUntilDue().Step.Request!.Event.PreviousVersion, Is.Empty);
    }

    [Test]
    public void Every_change_of_stage_is_saved_before_its_step_and_told()
    {
        LifecycleDesk desk = LifecycleDesk.Started();
        foreach (Func<UpdateDecision> act in (Func<UpdateDecision>[])
            [
                () => desk.Ask(), () => desk.Answer(LifecycleDesk.Offer), () => desk.Metadata(), desk.Prepared,
                desk.Applied, desk.Verified, desk.Finalized,
            ])
        {
            LifecycleStage before = desk.State.Stage;
            UpdateDecision decision = act();
            Assert.That(decision.IsSaveNeeded, Is.True, decision.Reason);
            Assert.That(decision.IsStatusChanged, Is.EqualTo(desk.State.Stage != before), decision.Reason);
        }
    }

    [Test]
    public void A_failed_check_is_not_called_no_update()
    {
        LifecycleDesk desk = LifecycleDesk.Started();
        desk.Ask();
        desk.Fail(UpdateError.OmahaXmlParse, "the answer is not XML");
        Assert.That(desk.State.Outcome.IsFailure, Is.True);
        Assert.That(desk.Last.Reason, Does.Contain("the answer is not XML").And.Not.Contains("no update"));
        Assert.That(desk.State.Stage, Is.EqualTo(LifecycleStage.Idle));
        desk.Ask();
        desk.Answer(null);
        Assert.That(desk.State.Outcome.IsFailure, Is.False);
        Assert.That(desk.Last.Reason, Does.Contain("no update"));
    }

    [Test]
    public void A_server_that_holds_back_says_why()
    {
        LifecycleDesk desk = LifecycleDesk.Started();
        desk.Ask();
        CheckAnswer answer = new() { HeldBackReason = "wave 3 begins at noon", HeldBackUntil = desk.Now.Wall };
        desk.Tell(new UpdateFact.CheckAnswered(desk.State.StepNumber, answer));
        Assert.That(desk.Last.Reason, Does.Contain("wave 3 begins at noon").And.Contains("2026-03-01"));
        Assert.That(desk.State.Outcome.IsFailure, Is.False);
    }

    [Test]
    public void A_transfer_that_breaks_is_gone_on_with_20_times_20_seconds_apart_and_then_the_attempt_has_failed()
    {
        LifecycleDesk desk = LifecycleDesk.Started().To(LifecycleStage.Downloading);
        for (int i = 0; i < 20; i++)
        {
            desk.Fail(UpdateError.DownloadTransfer);
            Assert.That(desk.State.Stage, Is.EqualTo(LifecycleStage.Downloading));
            Assert.That(desk.Last.Step.NotBefore - desk.Now.Uptime, Is.EqualTo(TimeSpan.FromSeconds(20)));
            Assert.That(desk.Last.Step.IsResumed, Is.True);
            desk.Pass(TimeSpan.FromSeconds(20));
            desk.Progress(i + 1);
        }

        desk.Fail(UpdateError.DownloadTransfer);
        Assert.That(desk.State.Stage, Is.EqualTo(LifecycleStage.Reporting));
        Assert.That((desk.Told[^1].Type, desk.Told[^1].Result, desk.Told[^1].Code),
            Is.EqualTo((3, 0, UpdateError.DownloadTransfer)));
    }

    [Test]
    public void Progress_lets_the_tries_of_a_transfer_count_anew()
    {
        LifecycleDesk desk = LifecycleDesk.Started().To(LifecycleStage.Downloading);
        for (int i = 0; i < 60; i++)
        {
            desk.Fail(UpdateError.DownloadTransfer);
            desk.Progress((i + 1L) << 20, 1L << 30);
        }

        Assert.That(desk.State.Stage, Is.EqualTo(LifecycleStage.Downloading));
    }

    [TestCase(false, 3), TestCase(true, 1)]
    public void Without_a_network_there_are_few_tries(bool isInteractive, int tries)
    {
        LifecycleDesk desk = LifecycleDesk.Started();
        desk.Ask(new UpdateWish { IsInteractive = isInteractive });
        desk.Answer(LifecycleDesk.Offer);
        for (int i = 0; i < tries; i++)
        {
            desk.Fail(UpdateError.DownloadTransfer, isNoNetwork: true);
            Assert.That(desk.Last.Step.NotBefore - desk.Now.Uptime, Is.EqualTo(TimeSpan.FromSeconds(10)));
        }

        desk.Fail(UpdateError.DownloadTransfer, isNoNetwork: true);
        Assert.That(desk.State.Stage, Is.EqualTo(LifecycleStage.Reporting));
    }

    [TestCase(404, LifecycleStage.Reporting), TestCase(503, LifecycleStage.Downloading)]
    public void An_address_that_is_not_there_is_not_asked_again_at_once(int status, LifecycleStage stage)
    {
        LifecycleDesk desk = LifecycleDesk.Started().To(LifecycleStage.Downloading);
        desk.Fail(UpdateErrors.OfHttp(status));
        Assert.That(desk.State.Stage, Is.EqualTo(stage));
    }

    [Test]
    public void A_wrong_payload_is_fetched_from_the_next_address_within_seconds()
    {
        LifecycleDesk desk = LifecycleDesk.Started().To(LifecycleStage.Downloading);
        desk.Fail(UpdateError.OperationHashMismatch);
        desk.Sent();
        Assert.That(desk.Last.Due - desk.Now.Uptime, Is.LessThanOrEqualTo(TimeSpan.FromSeconds(20)));
        desk.PassUntilDue();
        Assert.That(desk.Answer(LifecycleDesk.Offer).Step.Url, Is.EqualTo("https://b/u.gz"));
    }

    [Test]
    public void What_somebody_waits_for_is_tried_at_every_address_with_the_same_wish()
    {
        LifecycleDesk desk = LifecycleDesk.Started();
        UpdateWish wish = new() { IsInteractive = true, IsBadAccepted = true };
        // An earlier attempt has ended at the first address: the second one comes first now.
        desk.Ask();
        desk.Answer(LifecycleDesk.Offer);
        desk.Fail(UpdateError.MetadataSignatureMismatch);
        desk.Sent();
        desk.Ask(wish);
        desk.Answer(LifecycleDesk.Offer);
        desk.Fail(UpdateError.MetadataSignatureMismatch, "no key");
        Assert.That(desk.State.Outcome.Text, Is.EqualTo("no key (address 2 of 2: b)"));
        Assert.That(desk.State.Live.Follow, Is.EqualTo(wish with { AddressesTried = 1 }));
        desk.Sent();
        Assert.That(desk.Last.Due - desk.Now.Uptime, Is.LessThanOrEqualTo(TimeSpan.FromSeconds(20)));
        desk.PassUntilDue();
        Assert.That(desk.State.Attempt!.Wish.IsBadAccepted, Is.True);
        Assert.That(desk.Answer(LifecycleDesk.Offer).Step.Url, Is.EqualTo("https://a/u.gz"));
        desk.Fail(UpdateError.MetadataSignatureMismatch, "no key");
        Assert.That(desk.State.Live.Follow, Is.Null, "both were tried");
        desk.Sent();
        Assert.That(desk.Last.Due - desk.Now.Uptime, Is.GreaterThan(TimeSpan.FromMinutes(30)));
    }

    [Test]
    public void What_goes_on_at_the_next_address_can_be_cancelled_before()
    {
        LifecycleDesk desk = LifecycleDesk.Started().To(LifecycleStage.Downloading);
        desk.Fail(UpdateError.OperationHashMismatch);
        desk.Sent();
        Assert.That(desk.Tell(new UpdateFact.CancelAsked()).Refusal, Is.Empty);
        Assert.That(desk.Last.Due - desk.Now.Uptime, Is.GreaterThan(TimeSpan.FromMinutes(30)));
        Assert.That(desk.Tell(new UpdateFact.CancelAsked()).Refusal, Does.Contain("nothing to cancel"));
    }

    [Test]
    public void A_server_that_is_off_is_not_asked_and_one_that_is_on_again_is_asked_soon()
    {
        LifecycleDesk desk = LifecycleDesk.Started();
        UpdateSettings on = desk.Settings;
        desk.Settings = on with { ServerOffReason = "SERVER=disabled" };
        desk.PassUntilDue();
        Assert.That((desk.State.Stage, desk.Last.Due), Is.EqualTo((LifecycleStage.Idle, (TimeSpan?)null)));
        Assert.That(desk.State.Outcome.IsFailure, Is.False, "that is what somebody wanted");
        desk.Pass(TimeSpan.FromDays(1));
        desk.Tell(new UpdateFact.TimePassed());
        Assert.That(desk.Last.Due, Is.Null);
        desk.Settings = on;
        desk.Tell(new UpdateFact.TimePassed());
        Assert.That(desk.Last.Due - desk.Now.Uptime, Is.InRange(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2)));
        Assert.That(desk.PassUntilDue().Step.Kind, Is.EqualTo(UpdateStepKind.Check));
    }

    [Test]
    public void A_payload_that_failed_everywhere_rests_until_somebody_wants_it_now()
    {
        LifecycleDesk desk = LifecycleDesk.Started();
        foreach (int address in (int[])[0, 1])
        {
            desk.Ask();
            UpdateStepKind step = desk.Answer(LifecycleDesk.Offer).Step.Kind;
            Assert.That(step, Is.EqualTo(UpdateStepKind.FetchMetadata), $"{address}");
            desk.Fail(UpdateError.MetadataSignatureMismatch);
            desk.Sent();
        }

        desk.Ask();
        desk.Answer(LifecycleDesk.Offer);
        Assert.That((desk.Told[^1].Result, desk.Told[^1].Code), Is.EqualTo((9, UpdateError.DeferredForBackoff)));
        desk.Sent();
        Assert.That(desk.Last.Reason, Does.Contain("rests until"));
        desk.Ask(new UpdateWish { IsInteractive = true });
        Assert.That(desk.Answer(LifecycleDesk.Offer).Step.Kind, Is.EqualTo(UpdateStepKind.FetchMetadata));
    }

    [Test]
    public void After_three_failures_of_deltas_a_full_payload_is_asked_for()
    {
        LifecycleDesk desk = LifecycleDesk.Started();
        for (int i = 0; i < 3; i++)
        {
            Assert.That(desk.Ask().Step.Request!.IsDeltaWanted, Is.True);
            desk.Answer(LifecycleDesk.Offer with { IsDelta = true });
            desk.Metadata();
            desk.Prepared();
            desk.Fail(UpdateError.OperationHashMismatch);
            desk.Sent();
        }

        Assert.That(desk.Ask().Step.Request!.IsDeltaWanted, Is.False);
    }

    [Test]
    public void A_restart_in_the_middle_goes_on_from_the_checkpoint()
    {
        LifecycleDesk desk = LifecycleDesk.Started().To(LifecycleStage.Downloading);
        Assert.That(desk.Last.Step.IsResumed, Is.False);
        desk.Restart(LifecycleDesk.Boot);
        Assert.That(desk.Last.Due - desk.Now.Uptime, Is.LessThanOrEqualTo(TimeSpan.FromMinutes(2)));
        desk.PassUntilDue();
        desk.Answer(LifecycleDesk.Offer);
        desk.Metadata();
        Assert.That(desk.Prepared().Step.IsResumed, Is.True);
    }

    [Test]
    public void The_operators_payload_goes_on_after_a_restart_without_a_server()
    {
        LifecycleDesk desk = LifecycleDesk.Started();
        desk.Settings = desk.Settings with { ServerOffReason = "SERVER=disabled" };
        desk.Tell(new UpdateFact.ApplyAsked(LifecycleDesk.Offer with { Urls = ["/tmp/u"] }, UpdateWish.None));
        desk.Metadata();
        desk.Prepared();
        desk.Restart(LifecycleDesk.Boot);
        Assert.That((desk.Last.Step.Kind, desk.Last.Step.Url), Is.EqualTo((UpdateStepKind.FetchMetadata, "/tmp/u")));
        desk.Metadata();
        Assert.That(desk.Prepared().Step.IsResumed, Is.True);
        Assert.That(desk.State.Outbox, Is.Empty, "there is no server to tell");
    }

    [Test]
    public void Progress_is_told_every_percent_and_every_ten_seconds()
    {
        LifecycleDesk desk = LifecycleDesk.Started().To(LifecycleStage.Downloading);
        int told = 0;
        for (int i = 1; i <= 1000; i++)
            told += desk.Progress(i).IsStatusChanged ? 1 : 0;
        Assert.That(told, Is.EqualTo(101));
        Assert.That(desk.Progress(1000).IsStatusChanged, Is.False);
        desk.Pass(TimeSpan.FromSeconds(9.9));
        Assert.That(desk.Progress(1000).IsStatusChanged, Is.False);
        desk.Pass(TimeSpan.FromSeconds(0.1));
        Assert.That(desk.Progress(1000).IsStatusChanged, Is.True);
        Assert.That(desk.Last.IsSaveNeeded, Is.False, "progress is not worth a write");
    }

    [Test]
    public void Heavy_work_pauses_while_it_is_held_and_is_not_late_for_that()
    {
        LifecycleDesk desk = LifecycleDesk.Started().To(LifecycleStage.Downloading);
        long number = desk.State.StepNumber;
        desk.Tell(new UpdateFact.Held("the store is not healthy"));
        Assert.That(desk.Last.Step.IsPaused, Is.True);
        Assert.That(desk.Last.Step.Number, Is.EqualTo(number));
        Assert.That(desk.Last.Reason, Does.Contain("the store is not healthy"));
        Assert.That(desk.Last.Due, Is.Null);
        desk.Pass(TimeSpan.FromHours(5));
        desk.Tell(new UpdateFact.Held(""));
        Assert.That(desk.Tell(new UpdateFact.TimePassed()).Step.IsPaused, Is.False);
        Assert.That(desk.State.Stage, Is.EqualTo(LifecycleStage.Downloading));
        desk.Pass(TimeSpan.FromHours(1));
        desk.Tell(new UpdateFact.TimePassed());
        Assert.That(desk.Told[^1].Code, Is.EqualTo(UpdateError.TimedOut));
    }

    [Test]
    public void What_is_told_of_an_earlier_step_changes_nothing()
    {
        LifecycleDesk desk = LifecycleDesk.Started().To(LifecycleStage.Downloading);
        long old = desk.State.StepNumber;
        desk.Tell(new UpdateFact.CancelAsked());
        UpdateState before = desk.State;
        foreach (UpdateFact fact in (UpdateFact[])
            [
                new UpdateFact.Applied(old), new UpdateFact.Progressed(old, 5, 10), new UpdateFact.Verified(old),
                new UpdateFact.StepFailed(old, new UpdateFailure(UpdateError.DownloadTransfer)),
            ])
        {
            Assert.That(desk.Tell(fact).IsSaveNeeded, Is.False);
            Assert.That(desk.State.StepNumber, Is.EqualTo(before.StepNumber));
        }
    }

    [Test]
    public void The_same_facts_times_and_chance_give_the_same_decisions()
    {
        UpdateDecision[] decisions =
        [
            .. Enumerable.Range(0, 2).Select(_ =>
            {
                LifecycleDesk desk = LifecycleDesk.Started(42).To(LifecycleStage.Downloading);
                return desk.Fail(UpdateError.OperationHashMismatch);
            }),
        ];
        Assert.That(decisions[0].Due, Is.EqualTo(decisions[1].Due));
        Assert.That(UpdateStateCodec.Write(decisions[0].State), Is.EqualTo(UpdateStateCodec.Write(decisions[1].State)));
    }

    [Test]
    public void The_same_failure_again_and_again_is_one_line_of_the_history()
    {
        LifecycleDesk desk = LifecycleDesk.Started();
        for (int i = 0; i < 5; i++)
        {
            desk.Ask(new UpdateWish { IsInteractive = true });
            desk.Answer(LifecycleDesk.Offer);
            desk.Fail(UpdateError.NoTargetSlot);
            desk.Sent();
        }

        HistoryEntry entry = desk.State.History.Single();
        Assert.That((entry.Code, entry.Times), Is.EqualTo((UpdateError.NoTargetSlot, 5)));
    }
}
