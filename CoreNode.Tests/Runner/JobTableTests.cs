using CoreNode.Runner.Jobs;
using CoreNode.Runner.Machine;
using CoreNode.Runner.Settings;

namespace CoreNode.Tests.Runner;

[TestFixture, Category("Unit")]
internal sealed class JobTableTests
{
    private readonly Graph _graph = new();
    private JobTable _jobs = null!;

    [SetUp]
    public void Begin()
    {
        _graph.Units.Clear();
        _jobs = new JobTable(_graph);
    }

    [Test]
    public void What_a_unit_needs_is_started_with_it_and_in_order()
    {
        Add("a", new UnitLinks { Requires = ["b"], Wants = ["c", "nowhere"], After = ["b", "c"] });
        Add("b", new UnitLinks { BindsTo = ["d"], After = ["d"] });
        Add("c");
        Add("d");
        _jobs.Start("a");
        Assert.That(Released(), Is.EqualTo("start c, start d"));
        Done("d");
        Assert.That(Released(), Is.EqualTo("start b"));
        Done("c");
        Assert.That(Released(), Is.Empty);
        Done("b");
        Assert.That(Released(), Is.EqualTo("start a"));
    }

    [Test]
    public void A_sidekick_that_is_installed_into_its_master_comes_and_goes_with_it()
    {
        Add("master");
        Add("sidekick", new UnitLinks { BindsTo = ["master"], After = ["master"], WantedBy = ["master"] });
        _jobs.Start("master");
        Assert.That(Released(), Is.EqualTo("start master"));
        Done("master");
        Assert.That(Released(), Is.EqualTo("start sidekick"));
        Done("sidekick");
        _jobs.Stop("master");
        Assert.That(Released(), Is.EqualTo("stop sidekick"));
        Done("sidekick");
        Assert.That(Released(), Is.EqualTo("stop master"));
    }

    [Test]
    public void A_failed_start_fails_what_requires_it_and_not_what_wants_it()
    {
        Add("a", new UnitLinks { Requires = ["c"], After = ["c"] });
        Add("b", new UnitLinks { Wants = ["c"], After = ["c"] });
        Add("c");
        Add("d", new UnitLinks { Requires = ["a"], After = ["a"] });
        _jobs.Start("d");
        _jobs.Start("b");
        Assert.That(Released(), Is.EqualTo("start c"));
        _jobs.Finish(_jobs.Of("c")!, "failed", "why");
        Assert.That(
            string.Join(", ", _jobs.TakeFinished().Select(f => $"{f.Unit} {f.Result}")),
            Is.EqualTo("c failed, a dependency, d dependency"));
        Assert.That(Released(), Is.EqualTo("start b"));
    }

    [Test]
    public void Units_that_exclude_each_other_are_exchanged()
    {
        Add("a", new UnitLinks { Conflicts = ["b"] });
        Add("b");
        _graph.Units["b"] = (_graph.Units["b"].Links, UnitPhase.Running);
        _jobs.Start("a");
        Assert.That(Released(), Is.EqualTo("stop b"));
        Done("b");
        Assert.That(Released(), Is.EqualTo("start a"));
        Done("a");
        _jobs.Start("b");
        Assert.That(Released(), Is.EqualTo("stop a"));
    }

    [Test]
    public void The_opposite_request_takes_the_place_of_one_that_goes_on()
    {
        Add("a");
        UnitJob start = _jobs.Start("a");
        Assert.That(_jobs.Start("a"), Is.SameAs(start));
        _jobs.Stop("a");
        Assert.That(
            _jobs.TakeFinished().Select(f => (f.Id, f.Result)),
            Is.EqualTo(((long, string)[])[(start.Id, "canceled")]));
        Assert.That(Released(), Is.EqualTo("stop a"));
    }

    [Test]
    public void What_is_bound_follows_an_end_that_nobody_asked_for_and_what_requires_does_not()
    {
        Add("a");
        Add("b", new UnitLinks { BindsTo = ["a"], After = ["a"] });
        Add("c", new UnitLinks { Requires = ["a"], After = ["a"] });
        foreach (string unit in (string[])["a", "b", "c"])
            _graph.Units[unit] = (_graph.Units[unit].Links, UnitPhase.Running);
        _jobs.WentDown("a");
        Assert.That(Released(), Is.EqualTo("stop b"));
    }

    [Test]
    public void A_restart_takes_those_along_that_cannot_be_without_it()
    {
        Add("a");
        Add("b", new UnitLinks { PartOf = ["a"], After = ["a"] });
        Add("c", new UnitLinks { PartOf = ["a"] });
        _graph.Units["a"] = (_graph.Units["a"].Links, UnitPhase.Running);
        _graph.Units["b"] = (_graph.Units["b"].Links, UnitPhase.Running);
        _jobs.Restart("a");
        Assert.That(Released(), Is.EqualTo("restart b"));
        // It is down: what is left of the restart is a start, which waits for its turn.
        UnitJob part = _jobs.Of("b")!;
        part.Kind = JobKind.Start;
        part.IsReleased = false;
        Assert.That(Released(), Is.EqualTo("restart a"));
        Done("a");
        Assert.That(Released(), Is.EqualTo("start b"));
    }

    [Test]
    public void A_circle_does_not_hang()
    {
        Add("a", new UnitLinks { Requires = ["b"], After = ["b"] });
        Add("b", new UnitLinks { Requires = ["a"], After = ["a"] });
        _jobs.Start("a");
        Assert.That(Released(), Is.Not.Empty);
    }

    [Test]
    public void What_must_be_active_already_is_not_started()
    {
        Add("a", new UnitLinks { Requisite = ["b"], After = ["b"] });
        Add("b");
        _jobs.Start("a");
        Assert.That(
            string.Join(", ", _jobs.TakeFinished().Select(f => $"{f.Unit} {f.Result}")), Is.EqualTo("a dependency"));
    }

    [Test]
    public void A_failure_starts_what_the_unit_names_for_it()
    {
        Add("a", new UnitLinks { OnFailure = ["b", "nowhere"] });
        Add("b");
        _jobs.HasFailed("a");
        Assert.That(Released(), Is.EqualTo("start b"));
    }

    private void Add(string unit, UnitLinks? links = null) =>
        _graph.Units[unit] = (links ?? UnitLinks.None, UnitPhase.Dead);

    private string Released() => string.Join(
        ", ",
        _jobs.Release().Select(j => $"{j.Kind.ToString().ToLowerInvariant()} {j.Unit}").Order(StringComparer.Ordinal));

    private void Done(string unit)
    {
        UnitJob job = _jobs.Of(unit)!;
        _graph.Units[unit] =
            (_graph.Units[unit].Links, job.Kind == JobKind.Stop ? UnitPhase.Dead : UnitPhase.Running);
        _jobs.Finish(job, "done", "");
    }

    private sealed class Graph : IUnitGraph
    {
        public SortedDictionary<string, (UnitLinks Links, UnitPhase Phase)> Units { get; } =
            new(StringComparer.Ordinal);

        public IReadOnlyCollection<string> Names => Units.Keys;

        public UnitLinks? LinksOf(string unit) => Units.TryGetValue(unit, out var found) ? found.Links : null;

        public UnitPhase PhaseOf(string unit) =>
            Units.TryGetValue(unit, out var found) ? found.Phase : UnitPhase.Dead;
    }
}
