using CoreNode.Units.Model;
using CoreNode.Units.Scheduling;

namespace CoreNode.Tests.Units.Scheduling;

/// <summary>Placing by example: what fleet does (fleet: A.5, A.6), our own keys, and what people are told.</summary>
[TestFixture, Category("Unit")]
internal sealed class SchedulerTests
{
    private const string A = "aaaaaaaa000000000000000000000000";
    private const string B = "bbbbbbbb000000000000000000000000";
    private const string C = "cccccccc000000000000000000000000";

    private Scheduler _scheduler = new();

    [SetUp]
    public void Begin() => _scheduler = new Scheduler();

    [Test]
    public void A_unit_goes_to_the_machine_with_the_fewest_units_and_then_to_the_first_by_id()
    {
        Machines(B, A);
        Assert.That(Start("1.service"), Is.EqualTo(A));
        Assert.That(Start("2.service"), Is.EqualTo(B));
        Assert.That(Start("3.service"), Is.EqualTo(A));
        Machines(C);
        Assert.That(_scheduler.Decide(), Is.Empty, "a machine that joins moves nothing");
        Assert.That(Start("4.service"), Is.EqualTo(C));
        Assert.That(Start("5.service"), Is.EqualTo(B), "A has two");
    }

    [Test]
    public void Global_units_count_as_load_and_run_wherever_they_may()
    {
        _scheduler.SetMachine(new Machine { Id = A, Metadata = Of("disk", "ssd") });
        Machines(B);
        Set("g.service", new UnitRequirements { IsGlobal = true, MachineMetadata = [new("disk", ["ssd"])] });
        Assert.That(_scheduler.Decide(), Is.EqualTo(new[] { new PlacementChange("g.service", null, A) }));
        Assert.That(Start("1.service"), Is.EqualTo(B));
        _scheduler.SetMachine(new Machine { Id = C, Metadata = Of("disk", "ssd") });
        Assert.That(_scheduler.Decide(), Is.EqualTo(new[] { new PlacementChange("g.service", null, C) }));
        _scheduler.RemoveMachine(A);
        Assert.That(_scheduler.Decide(), Is.EqualTo(new[] { new PlacementChange("g.service", A, null) }));
    }

    [TestCase(A, A)]
    [TestCase("bbbbbbbb", B)]
    [TestCase("bbbb", null)]
    [TestCase("dddddddd", null)]
    public void A_machine_is_named_by_its_id_or_the_first_eight_digits(string id, string? place)
    {
        Machines(A, B);
        Assert.That(Start("1.service", new UnitRequirements { MachineId = id }), Is.EqualTo(place));
        Assert.That(
            _scheduler.Explain("1.service"),
            Is.EqualTo(place is null ? $"MachineID={id}: there is no such machine" : ""));
    }

    [Test]
    public void Values_of_one_key_are_alternatives_and_keys_must_all_be_met()
    {
        _scheduler.SetMachine(new Machine { Id = A, Metadata = Of("disk", "ssd") });
        _scheduler.SetMachine(new Machine { Id = B, Metadata = Of("disk", "hdd", "zone", "a") });
        _scheduler.SetMachine(new Machine { Id = C });
        UnitRequirements either = new() { MachineMetadata = [new("disk", ["hdd", "ssd"]), new("zone", ["a"])] };
        Assert.That(Start("1.service", either), Is.EqualTo(B));
        Assert.That(Start("2.service", new UnitRequirements { MachineMetadata = [new("disk", ["tape"])] }), Is.Null);
        Assert.That(_scheduler.Explain("2.service"), Is.EqualTo("no machine has metadata disk=tape (3 machines)"));
        _scheduler.SetMachine(new Machine { Id = B });
        Assert.That(_scheduler.Decide(), Is.EqualTo(new[] { new PlacementChange("1.service", B, null) }));
        Assert.That(
            _scheduler.Explain("1.service"),
            Is.EqualTo("no machine has metadata disk=hdd or disk=ssd, zone=a (3 machines)"));
    }

    [Test]
    public void Followers_are_placed_after_those_that_they_follow_and_move_with_them()
    {
        Machines(A, B);
        Set("a-follows.service", new UnitRequirements { MachineOf = ["b.service", "c.service"] });
        Set("b.service", new UnitRequirements { MachineOf = ["c.service"] });
        _scheduler.Decide();
        Assert.That(_scheduler.Explain("b.service"), Is.EqualTo("MachineOf=c.service: there is no such unit"));
        Assert.That(_scheduler.Explain("a-follows.service"), Is.EqualTo("MachineOf=b.service is not placed"));
        Set("c.service", UnitRequirements.None);
        _scheduler.Decide();
        Assert.That(Places("a-follows.service", "b.service", "c.service"), Is.EqualTo(new[] { A, A, A }));
        _scheduler.RemoveMachine(A);
        Assert.That(
            _scheduler.Decide(),
            Is.EqualTo(new PlacementChange[]
            {
                new("a-follows.service", A, B), new("b.service", A, B), new("c.service", A, B),
            }));
    }

    [Test]
    public void A_circle_of_followers_is_explained()
    {
        Machines(A);
        Set("a.service", new UnitRequirements { MachineOf = ["b.service"] });
        Set("b.service", new UnitRequirements { MachineOf = ["c.service"] });
        Set("c.service", new UnitRequirements { MachineOf = ["a.service"] });
        Set("d.service", new UnitRequirements { MachineOf = ["a.service"] });
        Assert.That(_scheduler.Decide(), Is.Empty);
        Assert.That(
            _scheduler.Explain("a.service"),
            Is.EqualTo("MachineOf= goes round in a circle: a.service -> b.service -> c.service -> a.service"));
        Assert.That(_scheduler.Explain("d.service"), Is.EqualTo("MachineOf=a.service is not placed"));
    }

    [Test]
    public void A_long_chain_of_followers_is_placed_at_once()
    {
        const int Length = 20_000;
        Machines(A, B);
        for (int i = 0; i < Length; i++)
        {
            string[] peers = i == Length - 1 ? [] : [$"u{i + 1:D5}.service"];
            Set($"u{i:D5}.service", new UnitRequirements { MachineOf = peers });
        }
        Assert.That(_scheduler.Decide(), Has.Count.EqualTo(Length));
    }

    [Test]
    public void Conflicts_hold_both_ways_and_by_pattern()
    {
        Machines(A, B, C);
        for (int i = 0; i < 5; i++)
            Set($"db@{i}.service", new UnitRequirements { Conflicts = ["db@*.service"] });
        _scheduler.Decide();
        Assert.That(Places("db@0.service", "db@1.service", "db@2.service"), Is.EqualTo(new[] { A, B, C }));
        Assert.That(_scheduler.Unplaced, Is.EqualTo(new[] { "db@3.service", "db@4.service" }));
        Assert.That(
            _scheduler.Explain("db@3.service"),
            Is.EqualTo("conflicts with db@0.service on aaaaaaaa, db@1.service on bbbbbbbb, db@2.service on cccccccc"));
        _scheduler.RemoveUnit("db@1.service");
        Assert.That(_scheduler.Decide(), Is.EqualTo(new[] { new PlacementChange("db@3.service", null, B) }));
        Set("alone.service", new UnitRequirements { Conflicts = ["*"] });
        Assert.That(_scheduler.Decide(), Is.Empty, "and none of those that are there says anything of it");
    }

    [Test]
    public void A_replaced_unit_moves_to_another_machine_and_of_two_that_replace_each_other_one_is_placed()
    {
        Machines(A);
        Assert.That(Start("old.service"), Is.EqualTo(A));
        Assert.That(Start("new.service", new UnitRequirements { Replaces = ["old.*"] }), Is.EqualTo(A));
        Assert.That(_scheduler.Explain("old.service"), Is.EqualTo("replaced by new.service on aaaaaaaa"));
        Machines(B);
        Assert.That(_scheduler.Decide(), Is.EqualTo(new[] { new PlacementChange("old.service", null, B) }));
        _scheduler.RemoveMachine(B);
        _scheduler.Decide();
        Machines(C);
        Set("old.service", new UnitRequirements { Replaces = ["new.*"] });
        Assert.That(_scheduler.Decide(), Is.Empty, "also where there is another machine");
        Assert.That(
            _scheduler.Explain("old.service"), Is.EqualTo("new.service is placed, and the two replace each other"));
        _scheduler.RemoveUnit("new.service");
        Assert.That(_scheduler.Decide(), Is.EqualTo(new[] { new PlacementChange("old.service", null, A) }));
    }

    [Test]
    public void Of_placed_units_that_come_to_replace_each_other_the_last_by_name_leaves()
    {
        Machines(A, B);
        Assert.That(Start("old.service"), Is.EqualTo(A));
        Assert.That(Start("new.service"), Is.EqualTo(B));
        Set("old.service", new UnitRequirements { Replaces = ["new.service"] });
        Assert.That(_scheduler.Decide(), Is.Empty, "they are apart");
        Set("new.service", new UnitRequirements { Replaces = ["old.service"] });
        Assert.That(_scheduler.Decide(), Is.EqualTo(new[] { new PlacementChange("old.service", A, null) }));
    }

    [Test]
    public void Instances_of_one_template_that_all_replace_each_other_run_all_and_move_nobody()
    {
        Machines(A);
        UnitRequirements all = new() { Replaces = ["web@*.service", "old.service"] };
        Assert.That(Start("web@1.service", all), Is.EqualTo(A));
        Assert.That(Start("web@2.service", all), Is.EqualTo(A));
        Machines(B);
        Assert.That(Start("web@3.service", all), Is.EqualTo(B));
        Assert.That(_scheduler.Decide(), Is.Empty);
        Assert.That(Start("old.service"), Is.Null, "for others it counts");
        Assert.That(Start("db@1.service", new UnitRequirements { Replaces = ["web@1.service"] }), Is.EqualTo(B));
        _scheduler.RemoveUnit("db@1.service");
        _scheduler.Decide();
        UnitRequirements both = new() { Replaces = ["web@1.service"] };
        Set("db@1.service", both);
        Set("web@1.service", new UnitRequirements { Replaces = ["web@*.service", "db@1.service"] });
        _scheduler.Decide();
        Assert.That(Places("web@1.service", "db@1.service"), Is.EqualTo(new[] { A }), "these are rivals");
    }

    [Test]
    public void Reserves_are_kept_where_the_capacity_is_known()
    {
        _scheduler.SetMachine(new Machine { Id = A, MemoryBytes = 1 << 30 });
        _scheduler.SetMachine(new Machine { Id = B, MemoryBytes = 1 << 30, IsCordoned = true });
        UnitRequirements half = new() { MemoryReserveBytes = 512 << 20 };
        Assert.That(Start("1.service", half), Is.EqualTo(A));
        Assert.That(Start("2.service", half), Is.EqualTo(A));
        Assert.That(Start("3.service", half), Is.Null);
        Assert.That(_scheduler.Explain("3.service"), Is.EqualTo("2 machines: 1 cordoned, 1 lacks 512 MB of memory"));
        Assert.That(Start("4.service"), Is.EqualTo(A), "what reserves nothing has room");
        _scheduler.SetMachine(new Machine { Id = C, CpuMillis = 1000 });
        Assert.That(_scheduler.Decide(), Is.EqualTo(new[] { new PlacementChange("3.service", null, C) }));
        UnitRequirements busy = new() { CpuReserveMillis = 1500, MachineId = "cccccccc" };
        Assert.That(Start("5.service", busy), Is.Null);
        Assert.That(_scheduler.Explain("5.service"), Is.EqualTo("machine cccccccc: lacks 1.5 processors"));
    }

    [Test]
    public void A_cordoned_machine_keeps_its_units_and_a_draining_one_only_the_global_ones()
    {
        Machines(A, B);
        Set("g.service", new UnitRequirements { IsGlobal = true });
        Assert.That(Start("1.service"), Is.EqualTo(A));
        _scheduler.SetMachine(new Machine { Id = A, IsCordoned = true });
        Assert.That(_scheduler.Decide(), Is.Empty);
        Assert.That(Start("2.service"), Is.EqualTo(B));
        Assert.That(Start("3.service"), Is.EqualTo(B));
        _scheduler.SetMachine(new Machine { Id = A, IsCordoned = true, IsDraining = true });
        Assert.That(_scheduler.Decide(), Is.EqualTo(new[] { new PlacementChange("1.service", A, B) }));
        _scheduler.SetMachine(new Machine { Id = C, IsDraining = true });
        Assert.That(_scheduler.Decide(), Is.Empty, "nothing comes to a draining machine, global or not");
        Assert.That(_scheduler.Explain("g.service"), Is.EqualTo("not on 1 of 3 machines: draining"));
    }

    [Test]
    public void Replicas_are_spread_over_machines_and_over_values_of_metadata_where_asked()
    {
        _scheduler.SetMachine(new Machine { Id = A, Metadata = Of("zone", "1") });
        _scheduler.SetMachine(new Machine { Id = B, Metadata = Of("zone", "1") });
        _scheduler.SetMachine(new Machine { Id = C, Metadata = Of("zone", "2") });
        foreach (string other in (string[])["x.service", "y.service", "z.service"])
            Start(other, new UnitRequirements { MachineId = C });
        UnitRequirements replicas = new() { Replicas = 3 };
        string?[] places = [.. Enumerable.Range(1, 3).Select(i => Start($"web@{i}.service", replicas))];
        Assert.That(places, Is.EqualTo(new[] { A, B, C }), "the third comes to the machine with the most load");
        UnitRequirements zones = new() { Spread = "zone" };
        places = [.. Enumerable.Range(1, 4).Select(i => Start($"db@{i}.service", zones))];
        Assert.That(places, Is.EqualTo(new[] { A, C, B, C }));
    }

    [Test]
    public void Weight_counts_as_so_many_units()
    {
        Machines(A, B);
        Assert.That(Start("big.service", new UnitRequirements { Weight = 3 }), Is.EqualTo(A));
        Assert.That(
            Enumerable.Range(1, 4).Select(i => Start($"{i}.service")), Is.EqualTo(new[] { B, B, B, A }));
    }

    [Test]
    public void What_still_runs_where_it_was_taken_from_keeps_others_away()
    {
        _scheduler.SetMachine(new Machine { Id = A, MemoryBytes = 100 });
        Set("old.service", new UnitRequirements { MemoryReserveBytes = 80, Conflicts = ["b*"] });
        _scheduler.Decide();
        UnitToPlace leaving = new()
        {
            Name = "old.service",
            Requirements = new UnitRequirements { MemoryReserveBytes = 80, Conflicts = ["b*"] },
            IsWanted = false,
            Leaving = [A],
        };
        _scheduler.SetUnit(leaving);
        Assert.That(_scheduler.Decide(), Is.EqualTo(new[] { new PlacementChange("old.service", A, null) }));
        Assert.That(Start("a.service", new UnitRequirements { MemoryReserveBytes = 50 }), Is.Null);
        Assert.That(Start("b.service"), Is.Null);
        Assert.That(_scheduler.Explain("b.service"), Is.EqualTo("conflicts with old.service on aaaaaaaa"));
        _scheduler.SetUnit(leaving with { Leaving = [] });
        Assert.That(_scheduler.Decide(), Has.Count.EqualTo(2));
    }

    [Test]
    public void A_unit_that_failed_waits_or_goes_elsewhere_as_the_engine_says()
    {
        Machines(A, B);
        UnitRequirements rules = new();
        UnitToPlace unit = new() { Name = "1.service", Requirements = rules };
        _scheduler.SetUnit(unit);
        _scheduler.Decide();
        _scheduler.SetUnit(unit with { Avoided = Of(A, "it failed there"), Hold = "failed 1 time, waits 10 s" });
        Assert.That(_scheduler.Decide(), Is.EqualTo(new[] { new PlacementChange("1.service", A, null) }));
        Assert.That(_scheduler.Explain("1.service"), Is.EqualTo("failed 1 time, waits 10 s"));
        _scheduler.SetUnit(unit with { Avoided = Of(A, "it failed there") });
        Assert.That(_scheduler.Decide(), Is.EqualTo(new[] { new PlacementChange("1.service", null, B) }));
        _scheduler.SetUnit(unit with { Avoided = Of(A, "it failed there", B, "it failed there") });
        _scheduler.Decide();
        Assert.That(_scheduler.Explain("1.service"), Is.EqualTo("2 machines: 2 avoided (it failed there)"));
    }

    [Test]
    public void Patterns_that_nobody_names_any_longer_are_forgotten()
    {
        Machines(A, B);
        for (int i = 0; i < 5000; i++)
        {
            Set($"x{i}.service", new UnitRequirements { Conflicts = [$"y{i}*"] });
            _scheduler.Decide();
            _scheduler.RemoveUnit($"x{i}.service");
        }

        Assert.That(Start("z.service", new UnitRequirements { Conflicts = ["y*"] }), Is.EqualTo(A));
        Assert.That(Start("y1.service"), Is.EqualTo(B));
        Assert.That(Start("y2.service"), Is.EqualTo(B), "A has one unit, too, but z.service excludes it");
    }

    private static Dictionary<string, string> Of(params string[] pairs) =>
        Enumerable.Range(0, pairs.Length / 2).ToDictionary(i => pairs[2 * i], i => pairs[(2 * i) + 1]);

    private void Machines(params string[] ids)
    {
        foreach (string id in ids)
            _scheduler.SetMachine(new Machine { Id = id });
    }

    private void Set(string name, UnitRequirements rules) =>
        _scheduler.SetUnit(new UnitToPlace { Name = name, Requirements = rules });

    private string? Start(string name, UnitRequirements? rules = null)
    {
        Set(name, rules ?? UnitRequirements.None);
        _scheduler.Decide();
        return _scheduler.PlacesOf(name).SingleOrDefault();
    }

    private string[] Places(params string[] names) => [.. names.SelectMany(n => _scheduler.PlacesOf(n))];
}
