using CoreNode.Updates.Rollout;

namespace CoreNode.Tests.Updates.Rollout;

/// <summary>When a release may go to the next channel.</summary>
[TestFixture, Category("Unit")]
internal sealed class PromotionTests
{
    private static readonly DateTimeOffset s_start = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly PromotionRule s_rule = new(TimeSpan.FromDays(2), 0.1, MinSucceeded: 3);

    [Test]
    public void It_must_have_soaked()
    {
        PromotionFacts group = Facts(10, 0);
        PromotionVerdict early = Promotion.Judge(s_rule, [group], s_start.AddDays(2).AddSeconds(-1));
        Assert.Multiple(() =>
        {
            Assert.That(early.IsReady, Is.False);
            Assert.That(early.Until, Is.EqualTo(s_start.AddDays(2)));
            Assert.That(Promotion.Judge(s_rule, [group], early.Until!.Value).IsReady, Is.True);
        });
    }

    [Test]
    public void Time_of_a_pause_is_no_time_to_soak()
    {
        PromotionFacts group = Facts(10, 0, RolloutStanding.Fresh with { HeldFor = TimeSpan.FromDays(1) });
        Assert.That(
            Promotion.Judge(s_rule, [group], s_start.AddDays(2)).Until, Is.EqualTo(s_start.AddDays(3)));
    }

    [Test]
    public void The_group_that_has_it_longest_counts()
    {
        PromotionFacts late = Facts(5, 0) with { StartedAt = s_start.AddDays(1) };
        Assert.That(Promotion.Judge(s_rule, [late, Facts(5, 0)], s_start.AddDays(2)).IsReady, Is.True);
    }

    [TestCase(9, 1, true)]
    [TestCase(8, 1, false)]
    [TestCase(3, 0, true)]
    [TestCase(2, 0, false)]
    [TestCase(0, 0, false)]
    public void Failures_and_too_few_machines_hold_it(int succeeded, int failed, bool isReady)
    {
        PromotionVerdict verdict = Promotion.Judge(s_rule, [Facts(succeeded, failed)], s_start.AddDays(5));
        Assert.Multiple(() =>
        {
            Assert.That(verdict.IsReady, Is.EqualTo(isReady), verdict.Text);
            Assert.That(verdict.Until, Is.Null);
        });
    }

    [Test]
    public void A_stop_or_a_pause_of_any_group_holds_it()
    {
        RolloutStanding stopped = RolloutStanding.Fresh with { Stop = new RolloutStop(s_start, "bad", 1, 2) };
        RolloutStanding paused = RolloutStanding.Fresh with { PausedAt = s_start };
        DateTimeOffset late = s_start.AddDays(9);
        Assert.Multiple(() =>
        {
            Assert.That(Promotion.Judge(s_rule, [Facts(9, 0), Facts(9, 0, stopped)], late).Text, Does.Contain("bad"));
            Assert.That(Promotion.Judge(s_rule, [Facts(9, 0, paused)], late).IsReady, Is.False);
            Assert.That(Promotion.Judge(s_rule, [], late).IsReady, Is.False);
        });
    }

    // Half of the failures rolled back.
    private static PromotionFacts Facts(int succeeded, int failed, RolloutStanding? standing = null) => new(
        s_start, standing ?? RolloutStanding.Fresh,
        new RolloutCounts
        {
            Succeeded = succeeded,
            Failed = failed / 2,
            RolledBack = failed - (failed / 2),
        });
}
