using System.Diagnostics;

namespace CoreNode.Tests.EndToEnd.Units.Systemd;

/// <summary>
/// fleet's functional tests that are about systemd itself, on three machines with a systemd of their own, driven by the
/// personality of fleetctl. What is asserted is what systemd says.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class SystemdScenarioTests
{
    private const string Sleeps = "[Service]\nExecStart=/bin/sleep infinity\n";

    private SystemdCluster _cluster = null!;

    private SystemdNode First => _cluster[1];

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await SystemdCluster.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    [TearDown]
    public async Task CleanAsync()
    {
        _cluster.Heal();
        foreach (SystemdNode node in _cluster.Nodes)
            await node.SystemctlAsync("start", SystemdNode.Service);
        await _cluster.ClearAsync();
    }

    [Test]
    public async Task InstallUnit_a_loaded_sidekick_is_started_and_stopped_by_systemd_with_its_master()
    {
        string master = First.Write("hello.service", Sleeps);
        string sidekick = First.Write("discovery.service", $"""
            [Unit]
            BindsTo=hello.service
            After=hello.service

            {Sleeps}
            [Install]
            WantedBy=hello.service

            [X-Fleet]
            MachineOf=hello.service

            """);
        await First.FleetAsync("load", master, sidekick);
        SystemdNode node = await NodeWithAsync("hello.service");
        Assert.That((await node.StateAsync("discovery.service")).Load, Is.EqualTo("loaded"));
        Assert.That((await node.StateAsync("discovery.service")).Active, Is.EqualTo("inactive"));
        for (int i = 0; i < 2; i++)
        {
            await First.FleetAsync("start", "hello.service");
            await _cluster.UntilStateAsync(node, "discovery.service", "active");
            Assert.That(await _cluster.UntilActiveAsync("discovery.service"), Is.EqualTo(new[] { node.Number }));
            Assert.That(
                await First.FleetAsync("list-unit-files", "--no-legend", "--fields", "unit,dstate"),
                Does.Match(@"discovery\.service\s+loaded"), "nobody asked for its start");
            await First.FleetAsync("stop", "hello.service");
            await _cluster.UntilStateAsync(node, "discovery.service", "inactive");
        }
    }

    [Test]
    public async Task SystemdUnitFlow_load_start_restart_stop_and_unload_do_it_to_systemd()
    {
        const string name = "flow.service";
        SystemdNode node = _cluster[2];
        await First.FleetAsync("load", First.Write(name, $"{Sleeps}[X-Fleet]\nMachineID={node.MachineId}\n"));
        SystemdState state = await node.StateAsync(name);
        Assert.That((state.Load, state.Active, state.MainPid), Is.EqualTo(("loaded", "inactive", 0)));
        await First.FleetAsync("start", name);
        await _cluster.UntilStateAsync(node, name, "active");
        state = await node.StateAsync(name);
        Assert.That(node.Lives(state.MainPid));

        await First.FleetAsync("restart", name);
        await _cluster.UntilAsync(
            async () => await node.StateAsync(name) is { Active: "active" } now && now.Invocation != state.Invocation,
            "it was started anew");
        Assert.That(node.Lives(state.MainPid), Is.False);

        state = await node.StateAsync(name);
        await First.FleetAsync("stop", name);
        await _cluster.UntilStateAsync(node, name, "inactive");
        Assert.That(node.Lives(state.MainPid), Is.False);
        await First.FleetAsync("unload", name);
        await _cluster.UntilAsync(
            async () => (await node.StateAsync(name)).Load == "not-found", "systemd does not know it any more");
        await _cluster.UntilAsync(
            () => Task.FromResult(!File.Exists(node.Container.OfRunning($"/run/corenode/units/{name}"))),
            "its text is gone");
    }

    [Test]
    public async Task ScheduleGlobalUnits_one_instance_runs_on_each_machine_also_after_a_restart()
    {
        const string name = "global.service";
        await First.FleetAsync("start", "--no-block", First.Write(name, $"{Sleeps}[X-Fleet]\nGlobal=true\n"));
        await _cluster.UntilActiveAsync(name, 3);
        SystemdState[] before = await StatesAsync(name);
        Assert.That(before.Select(static state => state.Active), Has.All.EqualTo("active"));

        await First.CorenodeAsync("unit", "restart", name);
        await _cluster.UntilAsync(
            async () => (await StatesAsync(name)).Zip(before).All(static pair =>
                pair.First.Active == "active" && pair.First.Invocation != pair.Second.Invocation),
            "each copy was started anew");
        await First.FleetAsync("stop", name);
        await _cluster.UntilAsync(
            async () => (await StatesAsync(name)).All(static state => state.Active == "inactive"), "each copy ends");
        await First.FleetAsync("start", "--no-block", name);
        await _cluster.UntilActiveAsync(name, 3);
    }

    [Test]
    public async Task NodeShutdown_the_machine_vanishes_with_the_states_of_its_units_and_their_processes_end()
    {
        const string name = "hello.service";
        SystemdNode node = _cluster[3];
        await First.FleetAsync("start", First.Write(name, $"{Sleeps}[X-Fleet]\nMachineMetadata=n=3\n"));
        await _cluster.UntilStateAsync(node, name, "active");
        SystemdState before = await node.StateAsync(name);

        await node.SystemctlAsync("stop", SystemdNode.Service);
        Assert.That(node.Lives(before.MainPid), Is.False, "its process has ended before the node has");
        Assert.That((await node.StateAsync(name)).Active, Is.EqualTo("inactive").Or.EqualTo("failed"));
        await _cluster.UntilAsync(
            async () => !(await _cluster.MachinesAsync(First)).Contains(node.MachineId), "the machine vanishes");
        await _cluster.UntilAsync(
            async () => !(await First.FleetAsync("list-units", "--no-legend")).Contains(name), "its state is purged");

        await node.SystemctlAsync("start", SystemdNode.Service);
        await _cluster.UntilStateAsync(node, name, "active");
    }

    [Test]
    public async Task Shutdown_ends_cleanly_also_when_the_node_is_cut_off([Values] bool isCutOff)
    {
        SystemdNode node = _cluster[2];
        await First.FleetAsync("start", First.Write("here.service", $"{Sleeps}[X-Fleet]\nMachineMetadata=n=2\n"));
        await _cluster.UntilStateAsync(node, "here.service", "active");
        if (isCutOff)
            _cluster.Cut(node);
        Stopwatch watch = Stopwatch.StartNew();
        await node.SystemctlAsync("stop", SystemdNode.Service);
        TimeSpan elapsed = watch.Elapsed;
        TestContext.Out.WriteLine($"stopped in {elapsed}");
        string ended = (await node.Container.RunAsync(
            "systemctl", "show", "-p", "Result,ExecMainCode,ExecMainStatus", SystemdNode.Service)).Output;
        Assert.That(ended, Does.Contain("Result=success").And.Contain("ExecMainStatus=0"), ended);
        Assert.That((await node.StateAsync("here.service")).Active, Is.EqualTo("inactive"));
        Assert.That(elapsed, Is.LessThan(TimeSpan.FromSeconds(20)));
    }

    [Test]
    public async Task DynamicClusterMemberReboot_all_units_are_active_again()
    {
        string[] names = ["conflict.0.service", "conflict.1.service", "conflict.2.service"];
        foreach (string name in names)
            await First.FleetAsync("start", First.Write(name, $"{Sleeps}[X-Fleet]\nConflicts=conflict.*.service\n"));
        foreach (string name in names)
            await _cluster.UntilActiveAsync(name);
        SystemdNode node = _cluster[2];
        string before = await BootIdAsync(node);
        await node.Container.RebootAsync();
        Assert.That(await BootIdAsync(node), Is.Not.EqualTo(before));
        await _cluster.UntilWholeAsync();
        List<int> machines = [];
        foreach (string name in names)
            machines.AddRange(await _cluster.UntilActiveAsync(name));
        Assert.That(machines, Is.EquivalentTo(new[] { 1, 2, 3 }));
        foreach ((string name, int number) in names.Zip(machines))
            Assert.That((await _cluster[number].StateAsync(name)).Active, Is.EqualTo("active"));
    }

    [Test]
    public async Task SingleNodeConnectivityLoss_what_systemd_has_stays_as_it_is_also_after_reconnecting()
    {
        // At most one machine a minute is emptied by one leader.
        await _cluster.HandOverAsync();
        SystemdNode node = _cluster[3];
        await First.FleetAsync("submit", Pinned("submitted.service"));
        await First.FleetAsync("load", Pinned("loaded.service"));
        await First.FleetAsync("start", Pinned("launched.service"));
        await First.FleetAsync("submit", Global("global-submitted.service"));
        await First.FleetAsync("load", "--no-block", Global("global-loaded.service"));
        await First.FleetAsync("start", "--no-block", Global("global-launched.service"));
        await _cluster.UntilActiveAsync("global-launched.service", 3);
        await _cluster.UntilAsync(
            async () => (await node.StateAsync("global-loaded.service")).Load == "loaded", "it is loaded");
        string[] names =
        [
            "submitted.service", "loaded.service", "launched.service",
            "global-submitted.service", "global-loaded.service", "global-launched.service",
        ];
        SystemdState[] before = await Task.WhenAll(names.Select(node.StateAsync));
        Assert.That(
            before.Select(static s => $"{s.Load} {s.Active}"),
            Is.EqualTo(new[]
            {
                "not-found inactive", "loaded inactive", "loaded active",
                "not-found inactive", "loaded inactive", "loaded active",
            }));

        _cluster.Cut(node);
        await _cluster.UntilAsync(
            async () => !(await _cluster.MachinesAsync(First)).Contains(node.MachineId),
            "the others take the machine for lost");
        Assert.That(await Task.WhenAll(names.Select(node.StateAsync)), Is.EqualTo(before), "cut off");
        _cluster.Heal();
        await _cluster.UntilWholeAsync();
        await _cluster.UntilActiveAsync("launched.service");
        await _cluster.UntilActiveAsync("global-launched.service", 3);
        // What is only loaded is unloaded and loaded again; what runs has the same process and was not started anew.
        await _cluster.UntilAsync(
            async () => (await node.StateAsync("loaded.service")).Load == "loaded"
                && (await node.StateAsync("global-loaded.service")).Load == "loaded",
            "connected again");
        Assert.That(await Task.WhenAll(names.Select(node.StateAsync)), Is.EqualTo(before), "connected again");
    }

    private string Pinned(string name) => First.Write(name, $"{Sleeps}[X-Fleet]\nMachineMetadata=n=3\n");

    private string Global(string name) => First.Write(name, $"{Sleeps}[X-Fleet]\nGlobal=true\n");

    private Task<SystemdState[]> StatesAsync(string unit) =>
        Task.WhenAll(_cluster.Nodes.Select(node => node.StateAsync(unit)));

    private async Task<SystemdNode> NodeWithAsync(string unit)
    {
        SystemdNode? found = null;
        await _cluster.UntilAsync(
            async () =>
            {
                foreach (SystemdNode node in _cluster.Nodes)
                {
                    if ((await node.StateAsync(unit)).Load == "loaded")
                        found = node;
                }

                return found is not null;
            },
            $"a systemd knows {unit}");
        return found!;
    }

    // The kernel's is the same for all containers.
    private static async Task<string> BootIdAsync(SystemdNode node) =>
        (await node.Container.RunAsync("systemctl", "show", "-P", "InvocationID", "basic.target")).Output.Trim()
        + (await node.Container.RunAsync("systemctl", "show", "-P", "UserspaceTimestampMonotonic")).Output.Trim();
}
