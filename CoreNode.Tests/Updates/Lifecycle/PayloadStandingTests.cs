using CoreNode.Foundation;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.Updates.Lifecycle;

/// <summary>Which address is tried next, when, and from where on.</summary>
[TestFixture, Category("Unit")]
internal sealed class PayloadStandingTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly UpdateSettings s_settings = new();
    private static readonly UpdateOffer s_offer = LifecycleDesk.Offer;

    [Test]
    public void What_is_wrong_with_the_content_moves_to_the_next_address_at_once()
    {
        PayloadStanding standing = Fail(PayloadStanding.None.For(s_offer), UpdateError.ManifestParse);
        Assert.That(standing.Url(s_offer), Is.EqualTo("https://b/u.gz"));
        Assert.That(standing.Attempts, Is.Zero);
    }

    [Test]
    public void After_the_last_address_the_first_comes_again_and_the_payload_rests()
    {
        PayloadStanding standing = PayloadStanding.None.For(s_offer);
        standing = Fail(Fail(standing, UpdateError.ManifestParse), UpdateError.OperationHashMismatch);
        Assert.That(standing.Url(s_offer), Is.EqualTo("https://a/u.gz"));
        Assert.That(standing.Attempts, Is.EqualTo(1));
        Assert.That(standing.IsResting(s_offer, s_settings, s_now), Is.True);
    }

    [Test]
    public void What_may_pass_moves_on_after_the_allowed_number_in_a_row()
    {
        PayloadStanding standing = PayloadStanding.None.For(s_offer);
        for (int i = 0; i < 9; i++)
            standing = Fail(standing, UpdateError.DownloadTransfer);
        Assert.That((standing.UrlIndex, standing.UrlFailures), Is.EqualTo((0, 9)));
        Assert.That(Fail(standing, UpdateErrors.OfHttp(404)).UrlIndex, Is.EqualTo(1));
        Assert.That(Fail(standing.Received(), UpdateError.DownloadTransfer).UrlIndex, Is.Zero);
        UpdateOffer strict = s_offer with { MaxFailuresPerUrl = 1 };
        PayloadStanding moved = Fail(PayloadStanding.None.For(strict), UpdateError.DownloadTransfer, strict);
        Assert.That(moved.UrlIndex, Is.EqualTo(1));
    }

    [Test]
    public void What_is_the_machines_own_or_a_rule_moves_nothing()
    {
        PayloadStanding standing = PayloadStanding.None.For(s_offer);
        foreach (UpdateErrorInfo info in UpdateErrors.All)
        {
            PayloadStanding after = Fail(standing, info.Code);
            bool isMoved = (after.UrlIndex, after.UrlFailures) != (0, 0);
            bool isOfTheAddress = info.Class is RetryClass.NextUrl or RetryClass.SameUrl;
            Assert.That(isMoved, Is.EqualTo(isOfTheAddress), info.Code.ToString());
        }
    }

    [Test]
    public void The_rest_doubles_from_a_day_to_16_give_or_take_6_hours()
    {
        Prng chance = new(3);
        PayloadStanding standing = PayloadStanding.None.For(s_offer);
        List<double> days = [];
        for (int i = 0; i < 8; i++)
        {
            standing = standing.Fetched(s_offer, s_settings, s_now, chance);
            days.Add((standing.BackoffUntil!.Value - s_now).TotalDays);
        }

        double[] expected = [1, 2, 4, 8, 16, 16, 16, 16];
        for (int i = 0; i < days.Count; i++)
            Assert.That(days[i], Is.EqualTo(expected[i]).Within(0.25));
        Assert.That(days.Distinct().Count(), Is.EqualTo(days.Count), "no fuzz");
    }

    [Test]
    public void Nothing_rests_if_the_server_says_so_or_on_a_developers_machine_and_a_delta_never_does()
    {
        PayloadStanding resting = PayloadStanding.None.For(s_offer) with { BackoffUntil = s_now.AddDays(1) };
        Assert.That(resting.IsResting(s_offer, s_settings, s_now), Is.True);
        Assert.That(resting.IsResting(s_offer, s_settings, s_now + TimeSpan.FromDays(1)), Is.False);
        Assert.That(resting.IsResting(s_offer with { IsBackoffOff = true }, s_settings, s_now), Is.False);
        Assert.That(resting.IsResting(s_offer with { IsDelta = true }, s_settings, s_now), Is.False);
        Assert.That(resting.IsResting(s_offer, s_settings with { IsDeveloper = true }, s_now), Is.False);
        UpdateOffer delta = s_offer with { IsDelta = true };
        PayloadStanding fetched = PayloadStanding.None.For(delta).Fetched(delta, s_settings, s_now, new Prng(1));
        Assert.That((fetched.Attempts, fetched.BackoffUntil), Is.EqualTo((0, (DateTimeOffset?)null)));
    }

    [Test]
    public void A_clock_that_was_set_back_shortens_the_rest_to_the_longest_there_is()
    {
        PayloadStanding resting = PayloadStanding.None with { BackoffUntil = s_now + TimeSpan.FromDays(4000) };
        Assert.That(resting.Mended(s_settings, s_now).BackoffUntil, Is.EqualTo(s_now + TimeSpan.FromDays(16.25)));
        Assert.That(PayloadStanding.None.Mended(s_settings, s_now), Is.SameAs(PayloadStanding.None));
    }

    [Test]
    public void Another_offer_starts_anew_and_only_the_failures_of_deltas_and_a_checkpoint_stay()
    {
        PayloadStanding standing = PayloadStanding.None.For(s_offer) with
        {
            Attempts = 3,
            UrlIndex = 1,
            UrlFailures = 2,
            BackoffUntil = s_now,
            DeltaFailures = 2,
            CheckpointOf = "abc",
            ResumeFailures = 4,
        };
        Assert.That(standing.For(s_offer), Is.SameAs(standing));
        UpdateOffer[] others =
        [
            s_offer with { Size = 5 }, s_offer with { Sha256 = "x" }, s_offer with { IsDelta = true },
            s_offer with { Urls = ["https://c/u.gz"] }, s_offer with { MaxFailuresPerUrl = 3 },
            s_offer with { IsBackoffOff = true },
        ];
        foreach (UpdateOffer other in others)
        {
            PayloadStanding anew = standing.For(other);
            PayloadStanding expected = PayloadStanding.None with
            {
                Signature = other.Signature,
                DeltaFailures = 2,
                CheckpointOf = "abc",
                ResumeFailures = 4,
            };
            Assert.That(anew, Is.EqualTo(expected));
        }
    }

    [Test]
    public void A_checkpoint_is_used_for_the_same_payload_only_and_not_for_ever()
    {
        ReleaseFacts release = LifecycleDesk.Release;
        PayloadStanding standing = PayloadStanding.None.For(s_offer).Began(release, false);
        Assert.That(standing.MayResume(release, s_settings), Is.True);
        Assert.That(standing.MayResume(release with { PayloadId = "other" }, s_settings), Is.False);
        Assert.That(standing.MayResume(release with { PayloadId = "" }, s_settings), Is.False);
        for (int i = 0; i < 10; i++)
        {
            standing = Fail(standing, UpdateError.InstallDeviceOpen, isResumed: true);
            Assert.That(standing.MayResume(release, s_settings), Is.True, $"after {i + 1}");
        }

        standing = Fail(standing, UpdateError.InstallDeviceOpen, isResumed: true);
        Assert.That(standing.MayResume(release, s_settings), Is.False);
        Assert.That(standing.Began(release, false).MayResume(release, s_settings), Is.True);
    }

    [Test]
    public void What_says_that_the_slot_holds_something_else_forgets_the_checkpoint()
    {
        PayloadStanding standing = PayloadStanding.None.For(s_offer).Began(LifecycleDesk.Release, false);
        Assert.That(Fail(standing, UpdateError.NewRootfsVerification).CheckpointOf, Is.Empty);
        Assert.That(Fail(standing, UpdateError.DownloadTransfer).CheckpointOf, Is.EqualTo("abc"));
    }

    [Test]
    public void Failures_of_deltas_are_counted_until_an_update_came_about()
    {
        UpdateOffer delta = s_offer with { IsDelta = true };
        PayloadStanding standing = PayloadStanding.None.For(delta);
        standing = Fail(standing, UpdateError.OperationHashMismatch, delta);
        standing = Fail(standing, UpdateError.NewRootfsVerification, delta);
        standing = Fail(standing, UpdateError.Cancelled, delta);
        Assert.That(standing.DeltaFailures, Is.EqualTo(2));
        Assert.That(standing.Done().DeltaFailures, Is.Zero);
        Assert.That(Fail(PayloadStanding.None.For(s_offer), UpdateError.Error).DeltaFailures, Is.Zero);
    }

    private static PayloadStanding Fail(
        PayloadStanding standing, UpdateError code, UpdateOffer? offer = null, bool isResumed = false)
    {
        UpdateAttempt attempt = new() { Offer = offer ?? s_offer, IsResumed = isResumed };
        return standing.Failed(attempt, new UpdateFailure(code), s_settings, s_now, new Prng(1));
    }
}
