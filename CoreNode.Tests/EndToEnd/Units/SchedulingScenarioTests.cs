using System.Globalization;

namespace CoreNode.Tests.EndToEnd.Units;

/// <summary>
/// fleet's functional tests about where units go (functional/scheduling_test.go and others), on three native machines
/// with the embedded runner, driven by the personality of fleetctl.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class SchedulingScenarioTests
{
    private UnitCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await UnitCluster.StartAsync(3);

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    [TearDown]
    public async Task Destroy_what_the_test_made()
    {
        // A machine that was busy may have lost sight of the store for a moment.
        IReadOnlyList<string> names = [];
        await _cluster.UntilAsync(
            async () =>
            {
                names = await NamesAsync();
                return true;
            },
            "the units are listed");
        foreach (string name in names.Reverse())
            await _cluster.FleetAsync("destroy", name);
        await _cluster.UntilAsync(
            () => Task.FromResult(_cluster.CopiesOf("").Count == 0), "every process of destroyed units ends");
    }

    [Test]
    public async Task ScheduleMachineOf_pairs_run_together_and_move_together()
    {
        for (int i = 0; i < 3; i++)
        {
            string ping = $"ping.{i}.service";
            await _cluster.FleetAsync(
                "start", "--no-block", _cluster.Write(ping, i == 0 ? "" : "Conflicts=ping.*.service"));
            await _cluster.FleetAsync(
                "start", "--no-block", _cluster.Write($"pong.{i}.service", $"MachineOf={ping}"));
        }

        for (int i = 0; i < 3; i++)
            await UntilTogetherAsync(i);

        // Its machine leaves: the pair moves as one, to the only machine that has room for it.
        int left = (await _cluster.ActiveOnAsync("ping.0.service"))[0];
        int room = (await _cluster.ActiveOnAsync("ping.1.service"))[0];
        await _cluster.FleetAsync("destroy", "ping.1.service", "pong.1.service");
        ServerProcess machine = _cluster.Machines.Members[left - 1];
        (int code, _) = await machine.StopAsync();
        Assert.That(code, Is.Zero, _cluster.Machines.Words());
        await _cluster.UntilAsync(
            async () => await _cluster.ActiveOnAsync("ping.0.service") is [int now] && now == room,
            "ping.0.service moves");
        await UntilTogetherAsync(0);
        await machine.RestartAsync();
    }

    [Test]
    public async Task ScheduleConflicts_of_five_three_run_on_machines_of_their_own()
    {
        string[] names = [.. Numbered("conflict@{0}.service", 5)];
        foreach (string name in names)
            await _cluster.FleetAsync("start", "--no-block", _cluster.Write(name, "Conflicts=conflict@*.service"));
        await UntilSpreadAsync(names, 3);
        string running = await FirstActiveAsync(names);
        await _cluster.FleetAsync("destroy", running);
        await UntilSpreadAsync([.. names.Where(name => name != running)], 3);
    }

    [Test]
    public async Task ScheduleMultipleConflicts_in_one_line_are_each_one()
    {
        string[] names = ["first.service", "second.service", "third.service"];
        foreach (string name in names)
        {
            string others = string.Join(' ', names.Where(other => other != name));
            await _cluster.FleetAsync("start", "--no-block", _cluster.Write(name, $"Conflicts={others}"));
        }

        await UntilSpreadAsync(names, 3);
    }

    [Test]
    public async Task ScheduleOneWayConflict_counts_for_both()
    {
        // Three machines are taken by pinned units that the other one conflicts with.
        string[] silent = [.. Numbered("silent.{0}.service", 3)];
        for (int i = 0; i < 3; i++)
        {
            await _cluster.FleetAsync(
                "start", "--no-block", _cluster.Write(silent[i], $"MachineMetadata=n={i + 1}"));
        }

        await UntilSpreadAsync(silent, 3);
        await _cluster.FleetAsync("start", "--no-block", _cluster.Write("alone.service", "Conflicts=silent.*.service"));
        await _cluster.UntilAsync(
            async () => (await ReasonAsync("alone.service")).Contains("onflict", StringComparison.Ordinal),
            "alone.service is not placed and says why");
        Assert.That(_cluster.CopiesOf("alone.service"), Is.Empty);
        await _cluster.FleetAsync("destroy", silent[1]);
        await _cluster.UntilActiveAsync("alone.service");
        Assert.That(await _cluster.ActiveOnAsync("alone.service"), Is.EqualTo(new[] { 2 }));
    }

    [Test]
    public async Task ScheduleReplace_moves_the_replaced_unit()
    {
        await _cluster.FleetAsync("start", _cluster.Write("old.service"));
        int before = (await _cluster.ActiveOnAsync("old.service"))[0];
        await _cluster.FleetAsync(
            "start", "--no-block",
            _cluster.Write("new.service", string.Create(
                CultureInfo.InvariantCulture, $"Replaces=old.service\nMachineMetadata=n={before}")));
        await _cluster.UntilAsync(
            async () => await _cluster.ActiveOnAsync("new.service") is [int there] && there == before
                && await _cluster.ActiveOnAsync("old.service") is [int moved] && moved != before,
            "new.service takes the place of old.service, which runs elsewhere");
        await _cluster.UntilActiveAsync("old.service");
    }

    [Test]
    public async Task ScheduleCircularReplace_ends_with_one_of_the_two()
    {
        await _cluster.FleetAsync("start", _cluster.Write("left.service", "Replaces=right.service"));
        await _cluster.FleetAsync("start", "--no-block", _cluster.Write("right.service", "Replaces=left.service"));
        await _cluster.UntilAsync(
            async () => (await ReasonAsync("right.service")).Contains("replace each other", StringComparison.Ordinal),
            "right.service is not placed and says why");
        Assert.That(await _cluster.ActiveOnAsync("left.service"), Has.Count.EqualTo(1));
        Assert.That(_cluster.CopiesOf("right.service"), Is.Empty);
    }

    [Test]
    public async Task ScheduleConditionMachineID_lands_on_that_machine()
    {
        for (int number = 1; number <= 3; number++)
        {
            string name = $"pin@{UnitCluster.MachineId(number)}.service";
            await _cluster.FleetAsync("start", _cluster.Write(name, "MachineID=%i"));
            Assert.That(await _cluster.ActiveOnAsync(name), Is.EqualTo(new[] { number }));
        }
    }

    [Test]
    public async Task ScheduleGlobalUnits_run_on_every_machine()
    {
        await _cluster.FleetAsync("start", "--no-block", _cluster.Write("everywhere.service", "Global=true"));
        await _cluster.UntilActiveAsync("everywhere.service", 3);
        await _cluster.FleetAsync("stop", "everywhere.service");
        await _cluster.UntilActiveAsync("everywhere.service", 0);
        await _cluster.FleetAsync("start", "--no-block", "everywhere.service");
        await _cluster.UntilActiveAsync("everywhere.service", 3);
    }

    [Test]
    public async Task ScheduleGlobalConflicts_the_second_one_never_runs()
    {
        await _cluster.FleetAsync("start", "--no-block", _cluster.Write("global@1.service", "Global=true"));
        await _cluster.UntilActiveAsync("global@1.service", 3);
        await _cluster.FleetAsync(
            "start", "--no-block", _cluster.Write("global@2.service", "Global=true\nConflicts=global@*.service"));
        await _cluster.UntilAsync(
            async () => (await ReasonAsync("global@2.service")).Contains("onflict", StringComparison.Ordinal),
            "global@2.service says why it does not run");
        Assert.That(_cluster.CopiesOf("global@2.service"), Is.Empty);
    }

    [Test]
    public async Task TemplatesWithSpecifiersInMetadata_choose_the_machine()
    {
        _cluster.Write("where@.service", "MachineMetadata=hostname=%i");
        for (int number = 1; number <= 3; number++)
        {
            string name = $"where@m{number}.service";
            await _cluster.FleetAsync("start", _cluster.Folder.File(name));
            Assert.That(await _cluster.ActiveOnAsync(name), Is.EqualTo(new[] { number }));
        }

        ProgramResult failed = await _cluster.FleetctlAsync(
            1, "start", "--block-attempts=20", _cluster.Folder.File("where@invalid.service"));
        Assert.That(failed.ExitCode, Is.EqualTo(1), failed.Output + failed.Error);
        Assert.That(await ReasonAsync("where@invalid.service"), Does.Contain("hostname=invalid"));
    }

    private static IEnumerable<string> Numbered(string format, int count) => Enumerable.Range(1, count)
        .Select(i => format.Replace("{0}", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));

    private async Task<IReadOnlyList<string>> NamesAsync() =>
    [
        .. ((await _cluster.GetAsync("/fleet/v1/units"))["units"]?.AsArray() ?? [])
            .Select(static unit => (string)unit!["name"]!),
    ];

    private async Task<string> ReasonAsync(string unit) =>
        (string?)(await _cluster.GetAsync($"/corenode/v1/units/{Uri.EscapeDataString(unit)}"))["reason"] ?? "";

    private async Task<string> FirstActiveAsync(string[] names)
    {
        foreach (string name in names)
        {
            if ((await _cluster.ActiveOnAsync(name)).Count > 0)
                return name;
        }

        throw new InvalidOperationException("none is active");
    }

    private Task UntilTogetherAsync(int number) => _cluster.UntilAsync(
        async () => await _cluster.ActiveOnAsync($"ping.{number}.service") is [int ping]
            && await _cluster.ActiveOnAsync($"pong.{number}.service") is [int pong] && ping == pong,
        $"the pair {number} runs on one machine");

    // Exactly so many run, each on a machine of its own, and really.
    private Task UntilSpreadAsync(string[] names, int count) => _cluster.UntilAsync(
        async () =>
        {
            List<int> machines = [];
            foreach (string name in names)
                machines.AddRange(await _cluster.ActiveOnAsync(name));
            return machines.Count == count && machines.Distinct().Count() == count
                && names.Sum(name => _cluster.CopiesOf(name).Count) == count;
        },
        $"{count} of {string.Join(' ', names)} run on machines of their own");
}
