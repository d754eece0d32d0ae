using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.Updates.Lifecycle;

/// <summary>Whether a new version is as healthy as the one before.</summary>
[TestFixture, Category("Unit")]
internal sealed class HealthJudgeTests
{
    private static readonly IReadOnlyList<HealthCheck> s_before = LifecycleDesk.Healthy;

    [Test]
    public void Everything_healthy_is_good() =>
        Assert.That(Judge(s_before, s_before, false), Is.EqualTo(HealthVerdictKind.Good));

    [Test]
    public void What_failed_before_is_not_held_against_it()
    {
        IReadOnlyList<HealthCheck> before = With("web", false);
        Assert.That(Judge(before, With("web", false), true), Is.EqualTo(HealthVerdictKind.Good));
        Assert.That(Judge(s_before, With("web", false), true), Is.EqualTo(HealthVerdictKind.Bad));
        Assert.That(Judge(null, With("web", false), true), Is.EqualTo(HealthVerdictKind.Bad));
    }

    [TestCase("node"), TestCase("cluster"), TestCase("web")]
    public void What_broke_is_waited_for_and_then_bad(string name)
    {
        foreach (bool? found in (bool?[])[false, null])
        {
            Assert.That(Judge(s_before, With(name, found), false), Is.EqualTo(HealthVerdictKind.Waiting));
            Assert.That(Judge(s_before, With(name, found), true), Is.EqualTo(HealthVerdictKind.Bad));
        }
    }

    [Test]
    public void Without_a_network_only_the_nodes_own_services_count()
    {
        IReadOnlyList<HealthCheck> cut = With("network", false, "cluster", "web");
        Assert.That(Judge(s_before, cut, true), Is.EqualTo(HealthVerdictKind.Unclear));
        IReadOnlyList<HealthCheck> broken = With("network", false, "node");
        Assert.That(Judge(s_before, broken, true), Is.EqualTo(HealthVerdictKind.Bad));
    }

    [Test]
    public void A_network_that_was_away_before_and_still_is_proves_nothing()
    {
        IReadOnlyList<HealthCheck> cut = With("network", false, "cluster");
        Assert.That(Judge(cut, cut, true), Is.EqualTo(HealthVerdictKind.Unclear));
        Assert.That(Judge(cut, s_before, false), Is.EqualTo(HealthVerdictKind.Good));
    }

    [Test]
    public void The_others_of_the_cluster_tell_whose_fault_the_network_is()
    {
        IReadOnlyList<HealthCheck> cut = With("network", false, "cluster");
        Assert.That(Judge(s_before, cut, true, SiteAnswer.OthersAreFine), Is.EqualTo(HealthVerdictKind.Bad));
        Assert.That(Judge(s_before, cut, true, SiteAnswer.OthersFailToo), Is.EqualTo(HealthVerdictKind.Unclear));
        Assert.That(Judge(cut, cut, true, SiteAnswer.OthersAreFine), Is.EqualTo(HealthVerdictKind.Good));
    }

    [TestCase(SiteAnswer.OthersFailToo), TestCase(SiteAnswer.NobodyReached)]
    public void A_cluster_that_others_are_without_too_or_that_nobody_is_reached_of_is_nobodys_fault(SiteAnswer site)
    {
        IReadOnlyList<HealthCheck> lost = With("cluster", false, "web");
        Assert.That(Judge(s_before, lost, false, site), Is.EqualTo(HealthVerdictKind.Waiting));
        Assert.That(Judge(s_before, lost, true, site), Is.EqualTo(HealthVerdictKind.Unclear));
        Assert.That(Judge(s_before, lost, true, SiteAnswer.OthersAreFine), Is.EqualTo(HealthVerdictKind.Bad));
        Assert.That(Judge(s_before, With("cluster", false, "node"), true, site), Is.EqualTo(HealthVerdictKind.Bad));
    }

    [Test]
    public void A_machine_that_lost_its_interfaces_with_the_update_goes_back()
    {
        IReadOnlyList<HealthCheck> cut = With("network", false, "cluster");
        Assert.That(Judge(s_before, cut, true, SiteAnswer.NoInterface), Is.EqualTo(HealthVerdictKind.Bad));
        Assert.That(Judge(s_before, cut, false, SiteAnswer.NoInterface), Is.EqualTo(HealthVerdictKind.Waiting));
        Assert.That(Judge(cut, cut, true, SiteAnswer.NoInterface), Is.EqualTo(HealthVerdictKind.Unclear));
        Assert.That(Judge(null, cut, true, SiteAnswer.NoInterface), Is.EqualTo(HealthVerdictKind.Unclear));
        Assert.That(Judge(s_before, cut, true, SiteAnswer.NobodyReached), Is.EqualTo(HealthVerdictKind.Unclear));
    }

    [Test]
    public void An_update_server_that_is_away_counts_only_where_others_reach_it()
    {
        IReadOnlyList<HealthCheck> before = [.. s_before, Server(true)];
        IReadOnlyList<HealthCheck> lost = [.. s_before, Server(false)];
        HealthVerdictKind Of(SiteAnswer server, bool isOver, bool wasThere = true) => HealthJudge.Judge(
            wasThere ? before : lost, new HealthReport(lost, SiteAnswer.OthersAreFine, server), isOver).Kind;
        Assert.That(Of(SiteAnswer.OthersAreFine, false), Is.EqualTo(HealthVerdictKind.Waiting));
        Assert.That(Of(SiteAnswer.OthersAreFine, true), Is.EqualTo(HealthVerdictKind.Bad));
        Assert.That(Of(SiteAnswer.OthersAreFine, true, wasThere: false), Is.EqualTo(HealthVerdictKind.Good));
        Assert.That(Of(SiteAnswer.OthersFailToo, false), Is.EqualTo(HealthVerdictKind.Good));
        Assert.That(Of(SiteAnswer.Unknown, false), Is.EqualTo(HealthVerdictKind.Waiting), "it may only be slow");
        Assert.That(Of(SiteAnswer.Unknown, true), Is.EqualTo(HealthVerdictKind.Good));
        Assert.That(
            HealthJudge.Judge(null, new HealthReport(lost, Server: SiteAnswer.OthersAreFine), true).Kind,
            Is.EqualTo(HealthVerdictKind.Good), "it is not known whether it was there before");
    }

    [Test]
    public void Operators_checks_may_need_what_others_miss_too()
    {
        IReadOnlyList<HealthCheck> before = [.. s_before, Server(true)];
        IReadOnlyList<HealthCheck> lost = [.. With("web", false), Server(false)];
        HealthVerdict verdict = HealthJudge.Judge(
            before, new HealthReport(lost, Server: SiteAnswer.OthersFailToo, Why: "b does not reach it"), true);
        Assert.That(verdict.Kind, Is.EqualTo(HealthVerdictKind.Unclear));
        Assert.That(verdict.Why, Is.EqualTo(
            "this may be the site's fault (b does not reach it): web; the slot stays unmarked"));
        verdict = HealthJudge.Judge(lost, new HealthReport(lost, Server: SiteAnswer.OthersFailToo), true);
        Assert.That(verdict.Kind, Is.EqualTo(HealthVerdictKind.Good), "both failed before");
        verdict = HealthJudge.Judge(
            [.. s_before, Server(false)], new HealthReport(lost, Server: SiteAnswer.OthersFailToo), true);
        Assert.That(verdict.Kind, Is.EqualTo(HealthVerdictKind.Bad), "it did without that server before");
    }

    [Test]
    public void A_check_that_came_with_the_update_must_pass()
    {
        IReadOnlyList<HealthCheck> after = [.. s_before, new HealthCheck("new", HealthCheckKind.Custom, false, "no")];
        HealthVerdict verdict = HealthJudge.Judge(s_before, new HealthReport(after), true);
        Assert.That(verdict.Kind, Is.EqualTo(HealthVerdictKind.Bad));
        Assert.That(verdict.Why, Does.Contain("new (no)"));
    }

    [Test]
    public void No_answer_at_all_is_bad_in_the_end()
    {
        Assert.That(Judge(s_before, [], false), Is.EqualTo(HealthVerdictKind.Waiting));
        Assert.That(Judge(s_before, [], true), Is.EqualTo(HealthVerdictKind.Bad));
    }

    private static HealthCheck Server(bool isPassed) => new("update-server", HealthCheckKind.Server, isPassed);

    private static HealthVerdictKind Judge(
        IReadOnlyList<HealthCheck>? before, IReadOnlyList<HealthCheck> after, bool isOver,
        SiteAnswer site = SiteAnswer.Unknown) =>
        HealthJudge.Judge(before, new HealthReport(after, site), isOver).Kind;

    private static IReadOnlyList<HealthCheck> With(string name, bool? isPassed, params string[] failing) =>
    [
        .. s_before.Select(c => c.Name == name
            ? c with { IsPassed = isPassed }
            : failing.Contains(c.Name) ? c with { IsPassed = false } : c),
    ];
}
