using System.Text.Json;
using CoreNode.Units.Model;

namespace CoreNode.Tests.Api.Fleet;

/// <summary>
/// Every command of fleetctl 1.0.0 that speaks to the API, replayed against it with an engine and agents that are
/// quicker than real ones: most are done twice, around what undoes them, as fleet's own functional tests do.
/// </summary>
[TestFixture(true), TestFixture(false), Category("Unit")]
internal sealed class FleetctlReplayTests(bool isMember)
{
    private const string A = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string B = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    private const string Hello = "[Service]\nExecStart=/bin/bash -c \"while true; do echo Hello; sleep 1; done\"\n";
    private const string Other = "[Service]\nExecStart=/bin/sleep infinity\n";

    private FleetHarness _api = null!;
    private FakeFleet _fleet = null!;
    private FleetctlReplay _fleetctl = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _api = isMember ? await FleetHarness.StartLocalAsync() : await FleetHarness.StartAsync();
        _fleetctl = new FleetctlReplay(_api);
        await _api.RegisterAsync(A, "10.0.0.1");
        await _api.RegisterAsync(B, "10.0.0.2", ("disk", "ssd"));
        _fleet = FakeFleet.Start(_api.Client);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _fleet.DisposeAsync();
        await _api.DisposeAsync();
    }

    [Test]
    public async Task Submit_cat_and_destroy_twice()
    {
        for (int round = 0; round < 2; round++)
        {
            await _fleetctl.SubmitAsync("hello.service", Hello);
            JsonElement unit = await _fleetctl.CatAsync("hello.service");
            JsonElement option = unit.GetProperty("options")[0];
            string shown = $"[{option.GetProperty("section")}]\n"
                + $"{option.GetProperty("name")}={option.GetProperty("value")}\n";
            Assert.That(shown, Is.EqualTo(Hello));
            await _fleetctl.DestroyAsync("hello.service");
        }
    }

    [Test]
    public async Task Load_and_unload_twice_then_stop_what_is_only_loaded()
    {
        for (int round = 0; round < 2; round++)
        {
            await _fleetctl.MoveUpAsync("hello.service", Hello, "loaded");
            Assert.That(await _fleetctl.FindMachineAsync("hello.service"), Is.EqualTo("10.0.0.1"));
            await _fleetctl.MoveDownAsync("hello.service", "inactive");
        }
    }

    [Test]
    public async Task Start_and_stop_twice()
    {
        for (int round = 0; round < 2; round++)
        {
            await _fleetctl.MoveUpAsync("hello.service", Hello, "launched");
            await _fleetctl.MoveDownAsync("hello.service", "loaded");
        }

        Assert.That(_fleet.Starts["hello.service"], Is.EqualTo(2));
    }

    [Test]
    public async Task Restart_ends_and_has_restarted_the_unit()
    {
        await _fleetctl.MoveUpAsync("hello.service", Hello, "launched");
        for (int round = 2; round < 4; round++)
        {
            await _fleetctl.RestartAsync("hello.service");
            Assert.That(_fleet.Starts["hello.service"], Is.EqualTo(round));
        }
    }

    [Test]
    public async Task Start_without_waiting_is_three_requests()
    {
        await _fleetctl.MoveUpAsync("hello.service", Hello, "launched", isBlocking: false);
        await _api.UntilAsync("/fleet/v1/units/hello.service", a => a.Body.Contains("\"currentState\":\"launched\""));
    }

    [TestCase("inactive")]
    [TestCase("loaded")]
    [TestCase("launched")]
    public async Task Replace_gives_a_unit_another_text_in_every_state(string state)
    {
        if (state == "inactive")
            await _fleetctl.SubmitAsync("hello.service", Hello);
        else
            await _fleetctl.MoveUpAsync("hello.service", Hello, state);
        await _fleetctl.MoveUpAsync("hello.service", Other, "launched", replaces: true);
        JsonElement unit = await _fleetctl.CatAsync("hello.service");
        Assert.That(unit.GetProperty("options")[0].GetProperty("value").GetString(), Is.EqualTo("/bin/sleep infinity"));
        RawAnswer state2 = await _api.UntilAsync(
            "/fleet/v1/state/hello.service", a => a.Body.Contains(UnitFile.Parse(Other, out _)!.Hash));
        Assert.That(state2.Body, Does.Contain("\"systemdActiveState\":\"active\""));
    }

    [Test]
    public async Task A_template_is_submitted_and_its_instances_are_started_under_encoded_names()
    {
        await _fleetctl.SubmitAsync("tmpl@.service", Hello);
        RawAnswer template = await _fleetctl.AskAsync(
            "PUT", "units/tmpl%40.service", body: """{"desiredState":"launched","name":"tmpl@.service"}""");
        Assert.That((template.Status, template.Body), Is.EqualTo(
            (400, """{"error":{"code":400,"message":"cannot activate template \"tmpl@.service\""}}""")));
        for (int i = 1; i < 4; i++)
        {
            Assert.That((await _fleetctl.AskAsync("GET", $"units/tmpl%40{i}.service")).Status, Is.EqualTo(404));
            await _fleetctl.MoveUpAsync($"tmpl@{i}.service", Hello, "launched");
        }

        Assert.That(
            (await _fleetctl.ListAsync("units")).Select(static u => u.GetProperty("name").GetString()),
            Is.EqualTo(new[] { "tmpl@.service", "tmpl@1.service", "tmpl@2.service", "tmpl@3.service" }));
    }

    [Test]
    public async Task A_global_unit_is_started_without_waiting_and_has_a_state_on_every_machine()
    {
        const string text = Hello + "\n[X-Fleet]\nGlobal=true\n";
        await _fleetctl.MoveUpAsync("all.service", text, "launched", isGlobal: true);
        await _api.UntilAsync("/fleet/v1/state?unitName=all.service", a => a.Body.Split("machineID").Length == 3);
        JsonElement unit = await _fleetctl.CatAsync("all.service");
        Assert.That(unit.TryGetProperty("machineID", out _), Is.False);
        Assert.That(unit.GetProperty("desiredState").GetString(), Is.EqualTo("launched"));
        await _fleetctl.DestroyAsync("all.service");
    }

    [Test]
    public async Task Lists_are_in_order_and_of_many_pages()
    {
        for (int i = 249; i >= 0; i--)
        {
            string name = $"u{i:d3}.service";
            RawAnswer made = await _fleetctl.AskAsync(
                "PUT", $"units/{name}", body: FleetHarness.Body(name, Hello, i % 2 == 0 ? "loaded" : ""));
            Assert.That(made.Status, Is.EqualTo(201));
        }

        string[] names =
            [.. (await _fleetctl.ListAsync("units")).Select(static u => u.GetProperty("name").GetString()!)];
        Assert.That(names, Has.Length.EqualTo(250));
        Assert.That(names, Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal));
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(20));
        while ((await _fleetctl.ListWithMachinesAsync("state")).First.Count < 125)
            Assert.That(deadline.IsCancellationRequested, Is.False);
    }

    [Test]
    public async Task Machines_are_listed_with_what_is_known_of_them()
    {
        RawAnswer answer = await _fleetctl.AskAsync("GET", "machines");
        Assert.That(answer.Body, Is.EqualTo(
            $$$"""{"machines":[{"id":"{{{A}}}","primaryIP":"10.0.0.1"},"""
            + $$$"""{"id":"{{{B}}}","metadata":{"disk":"ssd"},"primaryIP":"10.0.0.2"}]}"""));
        Assert.That((answer["Content-Type"], answer["Server"]), Is.EqualTo(("application/json", "fleetd/1.0.0")));
    }
}
