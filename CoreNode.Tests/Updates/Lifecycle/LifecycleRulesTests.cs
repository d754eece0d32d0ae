using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.Updates.Lifecycle;

/// <summary>What is not taken, and what the operator may ask for.</summary>
[TestFixture, Category("Unit")]
internal sealed class LifecycleRulesTests
{
    private static readonly DateTimeOffset s_before = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static IEnumerable<TestCaseData> RefusedReleases()
    {
        ReleaseFacts release = LifecycleDesk.Release;
        yield return new TestCaseData(release with { Counter = 9 }, UpdateError.ReleaseOlder);
        yield return new TestCaseData(release with { Counter = 0 }, UpdateError.ReleaseOlder);
        yield return new TestCaseData(
            release with { Counter = 10, IsOlderThanRunning = true }, UpdateError.ReleaseOlder);
        yield return new TestCaseData(release with { MinimumCounter = 11 }, UpdateError.StepMissing);
        yield return new TestCaseData(release with { Expires = s_before }, UpdateError.ReleaseExpired);
        yield return new TestCaseData(release with { Board = "arm64-usr" }, UpdateError.WrongBoard);
        yield return new TestCaseData(release with { AppId = "{other}" }, UpdateError.WrongApplication);
        yield return new TestCaseData(release with { Version = "1.9" }, UpdateError.ReleaseMismatch);
    }

    [TestCaseSource(nameof(RefusedReleases))]
    public void A_signed_release_that_must_not_be_installed_here_is_refused_before_anything_is_written(
        ReleaseFacts release, UpdateError code)
    {
        LifecycleDesk desk = LifecycleDesk.Started().To(LifecycleStage.Available);
        desk.Metadata(release);
        Assert.That(desk.State.Stage, Is.EqualTo(LifecycleStage.Reporting));
        Assert.That((desk.Told[^1].Result, desk.Told[^1].Code), Is.EqualTo((0, code)));
        Assert.That(desk.State.Outcome.IsFailure, Is.True);
        Assert.That(desk.Told, Has.None.Property(nameof(UpdateEvent.Type)).EqualTo(UpdateEvent.DownloadStarted));
    }

    [Test]
    public void An_older_or_expired_release_is_taken_by_the_operators_word_only()
    {
        foreach (ReleaseFacts release in (ReleaseFacts[])
            [
                LifecycleDesk.Release with { Counter = 3 },
                LifecycleDesk.Release with { Expires = s_before },
                LifecycleDesk.Release with { MinimumCounter = 11 },
            ])
        {
            LifecycleDesk desk = LifecycleDesk.Started();
            desk.Ask(new UpdateWish { IsDowngradeAllowed = true });
            desk.Answer(LifecycleDesk.Offer);
            Assert.That(desk.Metadata(release).Step.Kind, Is.EqualTo(UpdateStepKind.Prepare));
        }
    }

    [Test]
    public void Board_and_product_fit_with_and_without_braces_and_in_any_case()
    {
        ReleaseFacts release = LifecycleDesk.Release with { Board = "AMD64-usr", AppId = "{NODE}" };
        LifecycleDesk desk = LifecycleDesk.Started().To(LifecycleStage.Available);
        Assert.That(desk.Metadata(release).Step.Kind, Is.EqualTo(UpdateStepKind.Prepare));
    }

    [TestCase("2.0", "2.0", true), TestCase("2", "2.0", true), TestCase("2", "20.0", false)]
    [TestCase("2.", "2.0", true), TestCase("2.0", "2.0.1", true), TestCase("2.0", "2", false), TestCase("", "7", true)]
    public void A_pin_is_a_version_or_the_beginning_of_versions(string pin, string version, bool isTaken) =>
        Assert.That(ReleaseRules.IsPinned(pin, version), Is.EqualTo(isTaken));

    [Test]
    public void Another_version_than_the_pinned_is_passed_over_until_it_is_unpinned()
    {
        LifecycleDesk desk = LifecycleDesk.Started();
        desk.Tell(new UpdateFact.PinAsked("1"));
        Assert.That(desk.Last.Reason, Does.Contain("pinned to 1"));
        desk.Ask();
        desk.Answer(LifecycleDesk.Offer);
        Assert.That((desk.Told[^1].Result, desk.Told[^1].Code), Is.EqualTo((9, UpdateError.IgnoredPerPolicy)));
        desk.Tell(new UpdateFact.PinAsked(""));
        desk.Ask();
        Assert.That(desk.Answer(LifecycleDesk.Offer).Step.Kind, Is.EqualTo(UpdateStepKind.FetchMetadata));
    }

    [Test]
    public void A_pin_ends_an_update_to_another_version()
    {
        LifecycleDesk desk = LifecycleDesk.Started().To(LifecycleStage.Downloading);
        desk.Tell(new UpdateFact.PinAsked("2"));
        Assert.That(desk.State.Stage, Is.EqualTo(LifecycleStage.Downloading));
        desk.Tell(new UpdateFact.PinAsked("1.0"));
        Assert.That(desk.State.Stage, Is.EqualTo(LifecycleStage.Reporting));
    }

    [Test]
    public void Looking_takes_nothing()
    {
        LifecycleDesk desk = LifecycleDesk.Started();
        desk.Ask(new UpdateWish { IsLookOnly = true });
        desk.Answer(LifecycleDesk.Offer);
        Assert.That(desk.State.Stage, Is.EqualTo(LifecycleStage.Reporting));
        Assert.That(desk.State.Outcome.IsFailure, Is.False);
        Assert.That(desk.Sent().Reason, Does.Contain("2.0 is there"));
    }

    [Test]
    public void An_offer_without_an_address_is_a_failure()
    {
        LifecycleDesk desk = LifecycleDesk.Started();
        desk.Ask();
        desk.Answer(LifecycleDesk.Offer with { Urls = [] });
        Assert.That(desk.State.Stage, Is.EqualTo(LifecycleStage.Idle));
        Assert.That(desk.State.Outcome.Code, Is.EqualTo(UpdateError.OmahaResponseInvalid));
    }

    [Test]
    public void The_version_that_runs_is_not_installed_again()
    {
        LifecycleDesk desk = LifecycleDesk.Started();
        desk.Ask();
        desk.Answer(LifecycleDesk.Offer with { Version = "1.0" });
        Assert.That(desk.Told[^1].Code, Is.EqualTo(UpdateError.IgnoredPerPolicy));
    }

    [TestCase(LifecycleStage.Available), TestCase(LifecycleStage.Downloading), TestCase(LifecycleStage.Verifying)]
    public void The_operator_stops_an_update_and_the_server_hears_that_it_was_cancelled(LifecycleStage stage)
    {
        LifecycleDesk desk = LifecycleDesk.Started().To(stage);
        desk.Tell(new UpdateFact.CancelAsked());
        Assert.That(desk.Last.Refusal, Is.Empty);
        Assert.That((desk.Told[^1].Type, desk.Told[^1].Result), Is.EqualTo((3, 4)));
        Assert.That(desk.Sent().State.Stage, Is.EqualTo(LifecycleStage.Idle));
        Assert.That(desk.State.Outcome.IsFailure, Is.False);
    }

    [Test]
    public void What_cannot_be_done_now_is_refused_with_a_reason_and_changes_nothing()
    {
        LifecycleStage[] stages =
        [
            LifecycleStage.Checking, LifecycleStage.Available, LifecycleStage.Downloading, LifecycleStage.Verifying,
            LifecycleStage.Finalizing, LifecycleStage.NeedReboot, LifecycleStage.Judging,
        ];
        foreach (LifecycleStage stage in stages)
        {
            LifecycleDesk desk = LifecycleDesk.Started().To(stage);
            foreach (UpdateFact fact in (UpdateFact[])
                [
                    new UpdateFact.CheckAsked(UpdateWish.None),
                    new UpdateFact.ApplyAsked(LifecycleDesk.Offer, UpdateWish.None),
                ])
            {
                desk.Tell(fact);
                Assert.That(desk.Last.Refusal, Is.Not.Empty.And.Not.Contains("\n"), $"{stage} {fact}");
                Assert.That(desk.Last.IsSaveNeeded, Is.False, $"{stage} {fact}");
            }
        }
    }

    [Test]
    public void Nothing_to_cancel_or_to_go_back_to_is_said()
    {
        LifecycleDesk desk = LifecycleDesk.Started();
        Assert.That(desk.Tell(new UpdateFact.CancelAsked()).Refusal, Does.Contain("nothing to cancel"));
        BootFacts alone = LifecycleDesk.Boot with { IsOtherGood = false };
        Assert.That(desk.Tell(new UpdateFact.RollbackAsked(alone)).Refusal, Does.Contain("nothing to go back to"));
        desk.Settings = desk.Settings with { ServerOffReason = "SERVER=disabled" };
        Assert.That(desk.Ask().Refusal, Does.Contain("SERVER=disabled"));
    }

    [Test]
    public void A_reset_does_nothing_at_rest_and_takes_back_an_update_that_waits_for_a_reboot()
    {
        LifecycleDesk desk = LifecycleDesk.Started();
        Assert.That(desk.Tell(new UpdateFact.ResetAsked()).Refusal, Is.Empty);
        Assert.That(desk.State.Stage, Is.EqualTo(LifecycleStage.Idle));
        desk.To(LifecycleStage.Downloading);
        Assert.That(desk.Tell(new UpdateFact.ResetAsked()).Refusal, Is.Not.Empty);
        desk.Progress(1);
        desk.Applied();
        desk.Verified();
        desk.Finalized();
        Assert.That(desk.Tell(new UpdateFact.ResetAsked()).Step.Kind, Is.EqualTo(UpdateStepKind.Unmark));
        Assert.That(desk.Last.Step.Slot, Is.EqualTo("A"));
        desk.Finalized();
        Assert.That(desk.State.Stage, Is.EqualTo(LifecycleStage.Idle));
        Assert.That(desk.State.Attempt, Is.Null);
    }

    [Test]
    public void The_operator_goes_back_to_the_other_version_and_the_one_left_is_not_taken_again()
    {
        LifecycleDesk desk = new();
        BootFacts boot = LifecycleDesk.NewBoot with { IsMarkedGood = true };
        desk.Tell(new UpdateFact.Started(boot));
        Assert.That(desk.Tell(new UpdateFact.RollbackAsked(boot)).Step.Kind, Is.EqualTo(UpdateStepKind.SwitchSlot));
        Assert.That(desk.Last.Step.Slot, Is.EqualTo("A"));
        desk.Finalized();
        desk.Restart(LifecycleDesk.Boot with { BootId = "boot-3", OtherVersion = "2.0" });
        Assert.That(desk.State.Stage, Is.EqualTo(LifecycleStage.Idle));
        Assert.That(desk.State.BadVersions.Single().Version, Is.EqualTo("2.0"));
        desk.Ask();
        desk.Answer(LifecycleDesk.Offer);
        desk.Metadata();
        Assert.That((desk.Told[^1].Result, desk.Told[^1].Code), Is.EqualTo((9, UpdateError.KnownBad)));
        desk.Sent();
        desk.Ask();
        desk.Answer(LifecycleDesk.Offer);
        Assert.That(desk.Metadata(LifecycleDesk.Release with { Counter = 21 }).Step.Kind,
            Is.EqualTo(UpdateStepKind.Prepare), "a newer release of the same version");
    }

    [TestCase("", "it was booted and did not come up")]
    [TestCase("its blocks are damaged", "it did not come up: its blocks are damaged")]
    public void What_the_boot_stage_says_of_the_other_slot_is_in_the_history(string fault, string told)
    {
        LifecycleDesk desk = LifecycleDesk.Started();
        desk.To(LifecycleStage.NeedReboot);
        desk.Restart(LifecycleDesk.Boot with { BootId = "boot-2", IsOtherTried = true, OtherFault = fault });
        Assert.That(desk.State.History[^1].Code, Is.EqualTo(UpdateError.Rollback));
        Assert.That(desk.State.History[^1].Text, Does.Contain($"({told})"));
        Assert.That(desk.State.BadVersions.Single().Why, Is.EqualTo(told));
    }

    [Test]
    public void Going_back_can_be_taken_back_and_then_nothing_is_held_against_the_version()
    {
        LifecycleDesk desk = LifecycleDesk.Started();
        desk.Tell(new UpdateFact.RollbackAsked(LifecycleDesk.Boot));
        desk.Finalized();
        Assert.That(desk.State.BadVersions, Has.Count.EqualTo(1));
        desk.Tell(new UpdateFact.ResetAsked());
        desk.Finalized();
        Assert.That(desk.State.BadVersions, Is.Empty);
    }
}
