using CoreNode.Units.Model;

namespace CoreNode.Tests.EndToEnd.Units;

/// <summary>
/// fleet's functional tests of single commands (functional/unit_action_test.go), each done twice around its opposite,
/// on one native machine with the embedded runner.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
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
        string file = _cluster.Write("runnable.service");
        for (int round = 0; round < 2; round++)
        {
            await _cluster.FleetAsync("start", file);
            await _cluster.UntilActiveAsync("runnable.service");
            Assert.That(
                await _cluster.FleetAsync("list-units", "--no-legend"),
                Does.Match(@"(?m)^runnable\.service\t+abcd0001\.\.\./10\.0\.0\.1\tactive\t+running$"));
            await _cluster.FleetAsync("destroy", "runnable.service");
            await _cluster.UntilActiveAsync("runnable.service", 0);
        }
    }

    [Test]
    public async Task UnitSubmit_and_destroy_and_again()
    {
        string file = _cluster.Write("submitted.service");
        for (int i = 0; i < 2; i++)
        {
            await _cluster.FleetAsync("submit", file);
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

        await _cluster.FleetAsync("destroy", "loaded.service");
        await _cluster.FleetAsync("load", file);
        Assert.That(_cluster.CopiesOf("loaded.service"), Is.Empty, "loaded is not started");
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

    [Test]
    public Task UnitSubmitReplace_takes_another_text_only_when_asked() => ReplaceAsync("submit", "unload");

    [Test]
    public Task UnitLoadReplace_takes_another_text_only_when_asked() => ReplaceAsync("load", "unload");

    [Test]
    public Task UnitStartReplace_takes_another_text_only_when_asked() => ReplaceAsync("start", "stop");

    [Test]
    public async Task UnitRestart_gives_another_process_and_so_does_stop_with_start()
    {
        await _cluster.FleetAsync("start", _cluster.Write("restarted.service"));
        await _cluster.UntilActiveAsync("restarted.service");
        for (int round = 0; round < 2; round++)
        {
            int before = _cluster.CopiesOf("restarted.service")[0];
            await _cluster.FleetAsync("restart", "restarted.service");
            await UntilAnotherAsync("restarted.service", before);
            before = _cluster.CopiesOf("restarted.service")[0];
            await _cluster.FleetAsync("stop", "restarted.service");
            await _cluster.UntilActiveAsync("restarted.service", 0);
            await _cluster.FleetAsync("start", "restarted.service");
            await UntilAnotherAsync("restarted.service", before);
        }
    }

    [Test]
    public async Task UnitCat_prints_the_text_until_the_unit_is_destroyed()
    {
        string file = _cluster.Write("shown.service");
        for (int round = 0; round < 2; round++)
        {
            await _cluster.FleetAsync("submit", file);
            string shown = await _cluster.FleetAsync("cat", "shown.service");
            Assert.That(shown, Is.EqualTo(UnitFile.Parse(await File.ReadAllTextAsync(file), out _)!.Text));
            await _cluster.FleetAsync("destroy", "shown.service");
            ProgramResult gone = await _cluster.FleetctlAsync(1, "cat", "shown.service");
            Assert.That((gone.ExitCode, gone.Output), Is.EqualTo((1, "")));
            Assert.That(gone.Error, Is.EqualTo("Unit shown.service not found\n"));
        }
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

    // As far as the command goes, with another text each round; the second one after everything was undone.
    private async Task ReplaceAsync(string command, string undo)
    {
        string name = $"{command}-replaced.service";
        for (int round = 0; round < 2; round++)
        {
            string file = _cluster.Write(name);
            await _cluster.FleetAsync(command, file);
            string before = await _cluster.FleetAsync("cat", name);
            _cluster.Write(name, exec: "/bin/sleep 86400");
            ProgramResult warned = await _cluster.FleetctlAsync(1, command, file);
            Assert.That(warned.Output + warned.Error, Does.Contain("Add --replace to override"));
            Assert.That(await _cluster.FleetAsync("cat", name), Is.EqualTo(before));
            await _cluster.FleetAsync(command, "--replace", file);
            Assert.That(await _cluster.FleetAsync("cat", name), Does.Contain("/bin/sleep 86400"));
            if (command == "start")
            {
                await _cluster.UntilAsync(
                    () => Task.FromResult(_cluster.CopiesOf(name) is [int pid]
                        && File.ReadAllText($"/proc/{pid}/cmdline").Contains("86400", StringComparison.Ordinal)),
                    "the new text runs");
            }

            await _cluster.FleetAsync(undo, name);
            await _cluster.FleetAsync("destroy", name);
            await _cluster.UntilActiveAsync(name, 0);
        }
    }

    private Task UntilAnotherAsync(string unit, int before) => _cluster.UntilAsync(
        () => Task.FromResult(_cluster.CopiesOf(unit) is [int now] && now != before), "another process runs");

    private async Task<string> RowAsync(string unit) =>
        (await _cluster.FleetAsync("list-unit-files", "--no-legend", "--fields", "unit,dstate,state"))
            .Split('\n').FirstOrDefault(line => line.StartsWith(unit, StringComparison.Ordinal)) ?? "";
}
