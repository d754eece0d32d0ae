namespace CoreNode.Tests.EndToEnd.Units;

/// <summary>
/// fleet's functional tests of single commands (functional/unit_action_test.go), each done twice around its opposite,
/// on one native machine with the embedded runner.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
internal sealed class CommandScenarioTests
{
    private UnitCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await UnitCluster.StartAsync(1);

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    [Test]
    public async Task UnitRunnable_a_started_unit_runs()
    {
        await _cluster.FleetAsync("start", _cluster.Write("runnable.service"));
        await _cluster.UntilActiveAsync("runnable.service");
        Assert.That(await _cluster.FleetAsync("list-units", "--no-legend"), Does.Contain("runnable.service"));
    }

    [Test]
    public async Task UnitSubmit_and_destroy_and_again()
    {
        string file = _cluster.Write("submitted.service");
        for (int i = 0; i < 2; i++)
        {
            await _cluster.FleetAsync("submit", file);
            Assert.That(await RowAsync("submitted.service"), Does.Contain("inactive"));
            await _cluster.FleetAsync("destroy", "submitted.service");
            Assert.That(await RowAsync("submitted.service"), Is.Empty);
        }
    }

    [Test]
    public async Task UnitLoad_and_unload_and_again()
    {
        string file = _cluster.Write("loaded.service");
        for (int i = 0; i < 2; i++)
        {
            await _cluster.FleetAsync("load", file);
            Assert.That(await RowAsync("loaded.service"), Does.Contain("loaded"));
            await _cluster.FleetAsync("unload", "loaded.service");
            await _cluster.UntilAsync(
                async () => (await RowAsync("loaded.service")).Split('\t').Count(static c => c == "inactive") == 2,
                "loaded.service is inactive");
        }
    }

    [Test]
    public async Task UnitStart_and_stop_and_again()
    {
        string file = _cluster.Write("started.service");
        for (int i = 0; i < 2; i++)
        {
            await _cluster.FleetAsync("start", file);
            await _cluster.UntilActiveAsync("started.service");
            await _cluster.FleetAsync("stop", "started.service");
            await _cluster.UntilActiveAsync("started.service", 0);
        }
    }

    [TestCase("submit")]
    [TestCase("load")]
    [TestCase("start")]
    public async Task A_changed_file_replaces_the_unit_only_when_asked(string command)
    {
        string name = $"{command}-replaced.service";
        string file = _cluster.Write(name);
        await _cluster.FleetAsync(command, file);
        string before = await _cluster.FleetAsync("cat", name);
        _cluster.Write(name, exec: "/bin/sleep 86400");
        ProgramResult warned = await _cluster.FleetctlAsync(1, command, file);
        Assert.That(warned.Output + warned.Error, Does.Contain("Add --replace to override"));
        Assert.That(await _cluster.FleetAsync("cat", name), Is.EqualTo(before));
        await _cluster.FleetAsync(command, "--replace", file);
        Assert.That(await _cluster.FleetAsync("cat", name), Does.Contain("/bin/sleep 86400"));
        if (command != "start")
            return;
        await _cluster.UntilAsync(
            () => Task.FromResult(_cluster.CopiesOf(name) is [int pid]
                && File.ReadAllText($"/proc/{pid}/cmdline").Contains("86400", StringComparison.Ordinal)),
            "the new text runs");
    }

    [Test]
    public async Task UnitRestart_gives_another_process()
    {
        await _cluster.FleetAsync("start", _cluster.Write("restarted.service"));
        await _cluster.UntilActiveAsync("restarted.service");
        int before = _cluster.CopiesOf("restarted.service")[0];
        await _cluster.FleetAsync("restart", "restarted.service");
        await _cluster.UntilAsync(
            () => Task.FromResult(_cluster.CopiesOf("restarted.service") is [int now] && now != before),
            "another process runs");
    }

    [Test]
    public async Task UnitCat_prints_the_text()
    {
        string file = _cluster.Write("shown.service");
        await _cluster.FleetAsync("submit", file);
        string shown = await _cluster.FleetAsync("cat", "shown.service");
        Assert.That(shown, Does.StartWith("[Unit]\nDescription=shown.service\n\n[Service]\n"));
    }

    [Test]
    public async Task UnitStatus_and_journal_come_from_any_node()
    {
        await _cluster.FleetAsync(
            "start", _cluster.Write("spoken.service", exec: "/bin/sh -c 'echo hello; sleep 99999'"));
        await _cluster.UntilAsync(
            async () => (await _cluster.CorenodeAsync(1, "unit", "journal", "spoken.service")).Output
                .Contains("hello", StringComparison.Ordinal),
            "the journal shows what it said");
        ProgramResult status = await _cluster.CorenodeAsync(1, "unit", "status", "spoken.service");
        Assert.That(status.Output, Does.Contain("active").And.Contain("spoken.service"));
    }

    [Test]
    public async Task ListUnitFilesOrder_is_by_name()
    {
        string[] names = ["zeta.service", "alpha.service", "mid.service"];
        foreach (string name in names)
            await _cluster.FleetAsync("submit", _cluster.Write(name));
        string[] listed =
        [
            .. (await _cluster.FleetAsync("list-unit-files", "--no-legend", "--fields", "unit"))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Trim()),
        ];
        Assert.That(listed, Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal));
        Assert.That(listed, Is.SupersetOf(names));
    }

    private async Task<string> RowAsync(string unit) =>
        (await _cluster.FleetAsync("list-unit-files", "--no-legend", "--fields", "unit,dstate,state"))
            .Split('\n').FirstOrDefault(line => line.StartsWith(unit, StringComparison.Ordinal)) ?? "";
}
