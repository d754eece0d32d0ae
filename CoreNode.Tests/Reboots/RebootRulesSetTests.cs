using CoreNode.Reboots;

namespace CoreNode.Tests.Reboots;

/// <summary>Windows, group and fuzz that people set while a reboot is under way.</summary>
[TestFixture, Category("Unit")]
internal sealed class RebootRulesSetTests
{
    private static readonly RebootStage[] s_turning =
        [RebootStage.LockWait, RebootStage.Admitted, RebootStage.Leaving, RebootStage.Warning];

    [Test]
    public void What_was_set_outlives_the_node_and_is_taken_back()
    {
        RebootBench bench = RebootBench.Started(new() { Group = "flag" });
        Set(bench, RebootRule.Windows, "thu 23:00 1h; daily 03:00 90m");
        Set(bench, RebootRule.Group, "g");
        Set(bench, RebootRule.Fuzz, "1h");
        Assert.That(bench.Last.IsSaveNeeded, Is.True);
        bench.Restart("boot-1");
        RebootSettings rules = bench.Last.Rules;
        Assert.That(rules.WindowsText, Is.EqualTo("Thu 23:00 1h; daily 03:00 1h30m (UTC)"));
        Assert.That((rules.Group, rules.SpreadText), Is.EqualTo(("g", "30m")), "half of the shortest window");
        Assert.That(
            (rules.WindowsFrom, rules.GroupFrom, rules.FuzzFrom, rules.StrategyFrom),
            Is.EqualTo(("order", "order", "order", "default")));
        foreach (RebootRule rule in Enum.GetValues<RebootRule>())
            Set(bench, rule, null);
        Assert.That(bench.Last.Rules, Is.SameAs(bench.Settings));
    }

    [Test]
    public void Windows_that_are_shut_now_turn_back_what_is_under_way(
        [ValueSource(nameof(s_turning))] RebootStage stage)
    {
        RebootBench bench = RebootBench.Started().To(stage);
        Set(bench, RebootRule.Windows, "Thu 23:00 1h");
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Returning));
        while (bench.State.Stage != RebootStage.WindowWait)
            bench.Succeed();
        Assert.That(bench.State.IsLockAsked || bench.State.IsCordonAsked, Is.False);
        Set(bench, RebootRule.Windows, "");
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.LockWait), "at any time");
    }

    [Test]
    public void The_lock_of_the_group_before_is_given_back_before_the_other_one_is_asked_for(
        [ValueSource(nameof(s_turning))] RebootStage stage,
        [Values] bool isPersons)
    {
        RebootBench bench = RebootBench.Started(new() { Group = "old" });
        if (isPersons)
            bench.Tell(new RebootFact.Asked("", false));
        bench.To(stage);
        Set(bench, RebootRule.Group, "new");
        List<string> steps = [];
        for (int i = 0; i < 8 && bench.Last.Step.Kind != RebootStepKind.TakeLock; i++)
        {
            if (bench.Last.Step.Kind == RebootStepKind.Release)
                steps.Add(bench.Last.Step.Group);
            bench.Succeed();
        }

        Assert.That(steps, Is.EqualTo((string[])["old"]));
        Assert.That(bench.Last.Step.Group, Is.EqualTo("new"));
        Assert.That(bench.State.Group, Is.EqualTo("new"));
    }

    [Test]
    public void A_machine_that_goes_down_gives_the_lock_back_in_the_group_that_it_has()
    {
        RebootBench bench = RebootBench.Started(new() { Group = "old" }).To(RebootStage.Stopping);
        Set(bench, RebootRule.Group, "new");
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.Stopping));
        bench.To(RebootStage.Releasing);
        Assert.That(bench.Last.Step, Is.EqualTo(bench.Last.Step with { Kind = RebootStepKind.Release, Group = "old" }));
    }

    [Test]
    public void Another_group_of_the_flag_is_seen_although_the_node_was_started_anew()
    {
        RebootBench bench = RebootBench.Started(new() { Group = "old" }).To(RebootStage.LockWait);
        bench.Settings = new() { Group = "new" };
        bench.Restart("boot-1");
        bench.Tell(new RebootFact.WantSeen(RebootBench.Update));
        Assert.That(bench.Last.Step.Kind, Is.EqualTo(RebootStepKind.Release));
        Assert.That(bench.Last.Step.Group, Is.EqualTo("old"));
    }

    [Test]
    public void A_lock_whose_group_is_not_known_any_more_is_looked_for_in_all()
    {
        RebootBench bench = new();
        bench.Tell(new RebootFact.Started("boot-1", IsStateLost: true));
        bench.To(RebootStage.Releasing);
        Assert.That(bench.Last.Step.IsEverywhere, Is.True);
        bench.Restart("boot-1");
        Assert.That(bench.Last.Step.IsEverywhere, Is.True, "killed before it was done");
        bench.Succeed();
        Assert.That(bench.State.IsGroupLost, Is.False);
    }

    [Test]
    public void Another_fuzz_is_drawn_anew()
    {
        RebootBench bench = RebootBench.Started(new() { Fuzz = TimeSpan.FromDays(6) }).To(RebootStage.WindowWait);
        DateTimeOffset before = bench.State.FuzzUntil!.Value;
        Set(bench, RebootRule.Fuzz, "1m");
        Assert.That(bench.State.FuzzUntil, Is.LessThan(before));
        Set(bench, RebootRule.Fuzz, "0s");
        Assert.That(bench.State.Stage, Is.EqualTo(RebootStage.LockWait));
    }

    [TestCase(RebootRule.Windows, "Thu 23:00")]
    [TestCase(RebootRule.Windows, "Thu 23:00 1h; never")]
    [TestCase(RebootRule.Group, "..")]
    [TestCase(RebootRule.Group, "two\nlines")]
    [TestCase(RebootRule.Fuzz, "30")]
    [TestCase(RebootRule.Fuzz, "8d")]
    public void What_is_no_such_rule_is_told(RebootRule rule, string text)
    {
        Assert.That(OrderedRules.Read(rule, text, out string problem), Is.Null);
        Assert.That(problem, Is.Not.Empty);
    }

    private static void Set(RebootBench bench, RebootRule rule, string? text) =>
        bench.Tell(new RebootFact.RuleSet(rule, OrderedRules.Read(rule, text, out _)!));
}
