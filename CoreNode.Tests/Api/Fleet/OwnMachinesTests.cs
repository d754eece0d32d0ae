using System.Text.Json;
using CoreNode.Api.Fleet;
using CoreNode.Api.Fleet.Machines;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Api.Fleet;

/// <summary>/corenode/v1/machines, and what machines are asked about their units.</summary>
[TestFixture, Category("Unit")]
internal sealed class OwnMachinesTests
{
    private const string Own = "0000000000000000000000000000000a";
    private const string A = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string B = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    private const string Hello = "[Service]\nExecStart=/bin/true\n\n[X-Fleet]\nMemoryReserve=64M\nCPUReserve=0.5\n";

    private static readonly RegistryKeys s_keys = RegistryKeys.Default;

    private FleetHarness _api = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _api = await FleetHarness.StartAsync(new FleetOptions { MachineId = Own });
        await _api.RegisterAsync(Own, "10.0.0.9");
        await _api.RegisterAsync(A, "10.0.0.1", ("disk", "ssd"));
        RawAnswer made = await _api.PutAsync(
            "/fleet/v1/units/a.service", FleetHarness.Body("a.service", Hello, "launched"));
        Assert.That(made.Status, Is.EqualTo(201), made.Body);
    }

    [TearDown]
    public Task StopAsync() => _api.DisposeAsync().AsTask();

    [Test]
    public async Task Machines_are_shown_with_what_units_take_of_them()
    {
        await PlaceAsync(A);
        RawAnswer answer = await _api.UntilAsync("/corenode/v1/machines", a => a.Body.Contains("\"units\":1"));
        JsonElement machine = FleetHarness.Parse(answer).GetProperty("machines")[1];
        Assert.That(machine.ToString(), Is.EqualTo(
            $$$"""{"id":"{{{A}}}","ip":"10.0.0.1","metadata":{"disk":"ssd"},"version":"1.0.0","cordon":"","""
            + "\"cordonReason\":\"\",\"units\":1,\"memoryBytes\":0,\"memoryReserved\":67108864,\"cpuMillis\":0,"
            + "\"cpuReserved\":500,\"peerUrls\":[]}"));
    }

    [Test]
    public async Task A_machine_is_taken_out_of_use_and_given_back()
    {
        RawAnswer cordoned = await _api.AskAsync(
            "PUT", $"/corenode/v1/machines/{A}/cordon", "", """{"reason":"new disk","drain":true}""");
        Assert.That(cordoned.Status, Is.EqualTo(200), cordoned.Body);
        JsonElement machine = await SecondAsync();
        Assert.That(
            (machine.GetProperty("cordon").GetString(), machine.GetProperty("cordonReason").GetString()),
            Is.EqualTo(("draining", "new disk")));
        Assert.That(
            (await _api.AskAsync("PUT", $"/corenode/v1/machines/{A}/cordon")).Status, Is.EqualTo(200), "no body");
        machine = await SecondAsync();
        Assert.That(machine.GetProperty("cordon").GetString(), Is.EqualTo("cordoned"));
        for (int i = 0; i < 2; i++)
        {
            Assert.That(
                (await _api.AskAsync("DELETE", $"/corenode/v1/machines/{A}/cordon")).Status, Is.EqualTo(200), "twice");
        }

        machine = await SecondAsync();
        Assert.That(machine.GetProperty("cordon").GetString(), Is.Empty);
    }

    [TestCase("PUT", "/corenode/v1/machines/nope/cordon", "", 404)]
    [TestCase("DELETE", "/corenode/v1/machines/nope/cordon", "", 404)]
    [TestCase("PUT", "/corenode/v1/machines/..%2Fx/cordon", "", 301)]
    [TestCase("PUT", "/corenode/v1/machines/" + A + "/cordon", "[]", 400)]
    [TestCase("PUT", "/corenode/v1/machines/" + A + "/cordon", """{"drain":5}""", 400)]
    [TestCase("PUT", "/corenode/v1/machines/" + A + "/cordon", """{"reason":5}""", 400)]
    [TestCase("GET", "/corenode/v1/machines/" + A + "/cordon", "", 405)]
    [TestCase("GET", "/corenode/v1/machines/" + A, "", 404)]
    [TestCase("POST", "/corenode/v1/machines", "", 405)]
    public async Task Every_wrong_way_has_its_answer(string method, string target, string body, int status)
    {
        RawAnswer answer = await _api.AskAsync(method, target, "", body);
        Assert.That(answer.Status, Is.EqualTo(status), answer.Body);
    }

    [Test]
    public async Task A_status_is_asked_of_every_machine_that_has_the_unit()
    {
        await PlaceAsync(Own);
        await PlaceAsync(A);
        await PlaceAsync(B);
        _api.Machines.Set("a.service", new UnitReport(new UnitStates("loaded", "active", "running")) { MainPid = 7 });
        _api.Machines.Log("a.service", "here");
        ScriptedMachines other = _api.Machines.Other(A);
        other.Set("a.service", new UnitReport(new UnitStates("loaded", "failed", "failed"))
        {
            Result = "exit-code",
            ExitStatus = 3,
            Restarts = 2,
            MemoryBytes = 4096,
            ProcessorTime = TimeSpan.FromMilliseconds(1500),
            Since = DateTimeOffset.FromUnixTimeSeconds(1_795_000_000),
        });
        other.Log("a.service", "there <&>\n\"quoted\"");
        JsonElement machines = await StatusAsync(3);
        Assert.That(machines[0].GetProperty("mainPid").GetInt32(), Is.EqualTo(7));
        Assert.That(machines[0].GetProperty("lines")[0].GetProperty("message").GetString(), Is.EqualTo("here"));
        Assert.That(machines[1].GetProperty("id").GetString(), Is.EqualTo(A));
        Assert.That(machines[1].GetProperty("ip").GetString(), Is.EqualTo("10.0.0.1"));
        Assert.That(machines[1].GetProperty("active").GetString(), Is.EqualTo("failed"));
        Assert.That(machines[1].GetProperty("cpuSeconds").GetDouble(), Is.EqualTo(1.5));
        Assert.That(machines[1].GetProperty("since").GetString(), Is.EqualTo("2026-11-18T11:06:40.000000Z"));
        Assert.That(machines[1].GetProperty("memoryBytes").GetInt64(), Is.EqualTo(4096));
        Assert.That(
            machines[1].GetProperty("lines")[0].GetProperty("message").GetString(),
            Is.EqualTo("there <&>\n\"quoted\""));
        Assert.That(machines[2].GetProperty("error").GetString(), Is.EqualTo("the machine is gone"));
    }

    [Test]
    public async Task A_machine_that_cannot_be_asked_costs_its_own_answer_only()
    {
        await PlaceAsync(Own);
        await PlaceAsync(A);
        _api.Machines.Set("a.service", new UnitReport(UnitStates.Dead));
        _api.Machines.Other(A).Fault = "http://10.0.0.1:2380: connection refused";
        JsonElement machines = await StatusAsync(2);
        Assert.That(machines[0].GetProperty("load").GetString(), Is.EqualTo("loaded"));
        Assert.That(
            machines[1].GetProperty("error").GetString(), Is.EqualTo("http://10.0.0.1:2380: connection refused"));
        RawAnswer one = await _api.GetAsync("/corenode/v1/units/a.service/status?machine=aaaa");
        Assert.That(FleetHarness.Parse(one).GetProperty("machines").GetArrayLength(), Is.EqualTo(1));
        Assert.That(
            (await _api.GetAsync("/corenode/v1/units/a.service/status?machine=cccc")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task A_journal_is_of_all_machines_or_of_one()
    {
        await PlaceAsync(Own);
        await PlaceAsync(A);
        _api.Machines.Log("a.service", "1", "2", "3");
        _api.Machines.Other(A).Log("a.service", "x", "y");
        RawAnswer all = await _api.UntilAsync(
            "/corenode/v1/units/a.service/journal?lines=2", a => a.Body.Contains(A, StringComparison.Ordinal));
        Assert.That(all["Content-Type"], Is.EqualTo("application/x-ndjson"));
        string[] lines = all.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.Some.EqualTo(
            "{\"time\":\"2026-11-18T11:06:40.000000Z\",\"message\":\"y\",\"priority\":6"
            + $$$""","identifier":"sh","pid":42,"machine":"{{{A}}}"}"""));
        _api.Machines.Other(A).Log("a.service", "x", "y");
        RawAnswer one = await _api.GetAsync($"/corenode/v1/units/a.service/journal?lines=1&machine={A}");
        Assert.That(one.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(1));
        _api.Machines.Other(A).Fault = "gone";
        RawAnswer failed = await _api.GetAsync($"/corenode/v1/units/a.service/journal?machine={A}");
        Assert.That(failed.Body, Is.EqualTo($$$"""{"machine":"{{{A}}}","error":"gone"}""" + "\n"));
    }

    [Test]
    public async Task A_followed_journal_goes_with_the_unit_and_ends_with_the_client()
    {
        await PlaceAsync(Own);
        _api.Machines.Log("a.service", "first");
        await _api.UntilAsync("/corenode/v1/units/a.service", a => a.Body.Contains(Own, StringComparison.Ordinal));
        await using (RawClient client = await RawClient.OpenAsync(_api.Url))
        {
            await client.SendAsync(
                "GET /corenode/v1/units/a.service/journal?follow=true HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Assert.That((await client.ReadHeadAsync()).Status, Is.EqualTo(200));
            Assert.That(await client.ReadChunkAsync(), Does.Contain("\"first\""));
            _api.Machines.Log("a.service", "second");
            Assert.That(await client.ReadChunkAsync(), Does.Contain("\"second\""));
            await PlaceAsync(A);
            _api.Machines.Other(A).Log("a.service", "elsewhere");
            Assert.That(await client.ReadChunkAsync(), Does.Contain("\"elsewhere\"").And.Contain(A));
            Assert.That(_api.Machines.Other(A).Asking, Is.EqualTo(1));
        }

        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(20));
        while (_api.Machines.Other(A).Asking > 0)
            await Task.Delay(2, deadline.Token);
    }

    private async Task<JsonElement> SecondAsync() =>
        FleetHarness.Parse(await _api.GetAsync("/corenode/v1/machines")).GetProperty("machines")[1];

    private async Task<JsonElement> StatusAsync(int count)
    {
        RawAnswer answer = await _api.UntilAsync(
            "/corenode/v1/units/a.service",
            a => FleetHarness.Parse(a).GetProperty("machines").GetArrayLength() == count);
        Assert.That(answer.Status, Is.EqualTo(200));
        return FleetHarness.Parse(await _api.GetAsync("/corenode/v1/units/a.service/status")).GetProperty("machines");
    }

    private async Task PlaceAsync(string machine)
    {
        string hash = UnitFile.Parse(Hello, out _)!.Hash;
        ScheduleEntry entry = new(machine, "a.service", hash, ScheduleState.Launched);
        await _api.WriteAsync(s_keys.ScheduleEntry(machine, "a.service"), RegistryValues.WriteEntry(entry));
    }
}
