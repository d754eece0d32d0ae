using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CoreNode.Api.Fleet;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Api.Fleet;

/// <summary>/corenode/v1/units: batches, listings that wait, and why a unit is not where it should be.</summary>
[TestFixture, Category("Unit")]
internal sealed class OwnUnitsTests
{
    private const string A = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string B = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    private const string Hello = "[Unit]\nDescription=Says hello\n\n[Service]\nExecStart=/bin/true\n";

    private static readonly RegistryKeys s_keys = RegistryKeys.Default;

    private FleetHarness _api = null!;

    [SetUp]
    public async Task StartAsync() => _api = await FleetHarness.StartLocalAsync();

    [TearDown]
    public Task StopAsync() => _api.DisposeAsync().AsTask();

    [TestCase("GET", "/corenode/v1/units/none.service", 404, "there is no unit none.service")]
    [TestCase("DELETE", "/corenode/v1/units/none.service", 404, "there is no unit none.service")]
    [TestCase("POST", "/corenode/v1/units/none.service/restart", 404, "there is no unit none.service")]
    [TestCase("GET", "/corenode/v1/units/none.service/status", 404, "there is no unit none.service")]
    [TestCase("GET", "/corenode/v1/units/none.service/journal", 404, "there is no unit none.service")]
    [TestCase("GET", "/corenode/v1/units/none.service/journal?lines=x", 400, "lines=x is no number (0: all)")]
    [TestCase("GET", "/corenode/v1/units?name=%5Ba", 400, null)]
    [TestCase("GET", "/corenode/v1/units?after=x", 400, null)]
    [TestCase("GET", "/corenode/v1/units?after=1&timeout=soon", 400, null)]
    [TestCase("GET", "/corenode/v1/units/", 404, "there is nothing at /corenode/v1/units/")]
    [TestCase("GET", "/corenode/v1/units/a.service/nope", 404, null)]
    [TestCase("PUT", "/corenode/v1/units", 405, null)]
    [TestCase("PUT", "/corenode/v1/units/a.service", 405, null)]
    [TestCase("GET", "/corenode/v1/units/a.service/restart", 405, null)]
    [TestCase("POST", "/corenode/v1/units", 400, "the body is no JSON: EOF")]
    [TestCase("GET", "/corenode/v1/unitsx", 404, null)]
    public async Task Every_wrong_way_has_its_answer(string method, string target, int status, string? message)
    {
        RawAnswer answer = await _api.AskAsync(method, target);
        Assert.That(answer.Status, Is.EqualTo(status), answer.Body);
        if (message is not null)
            Assert.That(answer.Body, Is.EqualTo($$$"""{"message":"{{{message}}}"}"""));
        Assert.That(
            answer.Headers.Any(h => h.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase)), Is.False);
    }

    [Test]
    public async Task Units_of_a_batch_fail_alone_each_with_its_reason()
    {
        JsonElement results = await SubmitAsync(
            FleetHarness.Body("a.service", Hello),
            FleetHarness.Body("b.service", Hello, "launched"),
            FleetHarness.Body("bad", Hello),
            FleetHarness.Body("c.service", Hello + "\n[X-Fleet]\nMachineID=x\nGlobal=true\n"),
            """{"name":"none.service","desiredState":"launched"}""",
            FleetHarness.Body("d.service", Hello, "running"),
            FleetHarness.Body("a.service", Hello),
            FleetHarness.Body("t@.service", Hello, "launched"),
            FleetHarness.Body("r@.service", Hello + "\n[X-Fleet]\nReplicas=3\n", "launched"),
            """{"name":"e.service"}""");
        Assert.That(Statuses(results), Is.EqualTo(new[] { 201, 201, 400, 400, 404, 400, 400, 400, 201, 400 }));
        Assert.That(Message(results, 0), Is.Empty);
        Assert.That(Message(results, 2), Is.EqualTo("unit name must contain \".\""));
        Assert.That(Message(results, 3), Is.EqualTo("line 9: MachineID cannot be used with Global"));
        Assert.That(Message(results, 4), Is.EqualTo("there is no unit none.service: submit it first"));
        Assert.That(Message(results, 5), Is.EqualTo("desiredState running: say inactive, loaded or launched"));
        Assert.That(Message(results, 6), Does.StartWith("a.service is named twice"));
        Assert.That(Message(results, 7), Does.StartWith("t@.service is a template"));
        Assert.That(Message(results, 9), Is.EqualTo("neither options nor desiredState: nothing to do"));
        JsonElement units = await UnitsAsync("");
        Assert.That(
            units.EnumerateArray().Select(static u => u.GetProperty("name").GetString()),
            Is.EqualTo(new[] { "a.service", "b.service", "r@.service" }));
        Assert.That(await _api.ReadAsync(s_keys.JobTargetState("b.service")), Is.EqualTo("launched"));
    }

    [Test]
    public async Task Another_text_is_taken_only_where_it_is_asked_for()
    {
        string other = Hello.Replace("true", "false");
        await SubmitAsync(FleetHarness.Body("a.service", Hello, "launched"));
        Assert.That(Statuses(await SubmitAsync(FleetHarness.Body("a.service", Hello))), Is.EqualTo(new[] { 204 }));
        JsonElement refused = await SubmitAsync(FleetHarness.Body("a.service", other));
        Assert.That(Statuses(refused), Is.EqualTo(new[] { 409 }));
        Assert.That(Message(refused, 0), Does.StartWith("there is another unit a.service"));
        Assert.That(
            Statuses(await SubmitAsync(true, FleetHarness.Body("a.service", other))), Is.EqualTo(new[] { 201 }));
        JsonElement unit = FleetHarness.Parse(await _api.GetAsync("/corenode/v1/units/a.service"));
        Assert.That(unit.GetProperty("hash").GetString(), Is.EqualTo(UnitFile.Parse(other, out _)!.Hash));
        Assert.That(unit.GetProperty("desiredState").GetString(), Is.EqualTo("launched"), "as before");
        Assert.That(unit.GetProperty("options")[1].GetProperty("value").GetString(), Is.EqualTo("/bin/false"));
    }

    [Test]
    public async Task A_batch_of_too_many_units_is_refused_as_a_whole()
    {
        await using FleetHarness api = await FleetHarness.StartAsync(new FleetOptions { MaxBatchUnits = 2 });
        string one = """{"name":"a.service","desiredState":"launched"}""";
        RawAnswer answer = await api.AskAsync(
            "POST", "/corenode/v1/units", "", $$"""{"units":[{{one}},{{one}},{{one}}]}""");
        Assert.That((answer.Status, answer.Body), Is.EqualTo(
            (400, """{"message":"3 units are too many at once: send at most 2"}""")));
    }

    [TestCase("""{"units":[5]}""", "unit 1: json: cannot unmarshal number into Go value of type schema.Unit")]
    [TestCase("""{"units":5}""", null)]
    [TestCase("[]", "the body is no JSON object")]
    [TestCase("""{"units":[],"replace":"yes"}""", "\\\"replace\\\" is neither true nor false")]
    public async Task A_batch_of_another_shape_is_refused_as_a_whole(string body, string? message)
    {
        RawAnswer answer = await _api.AskAsync("POST", "/corenode/v1/units", "", body);
        Assert.That(answer.Status, Is.EqualTo(400));
        if (message is not null)
            Assert.That(answer.Body, Is.EqualTo($$$"""{"message":"{{{message}}}"}"""));
    }

    [Test]
    public async Task A_thousand_units_are_written_by_one_request()
    {
        string[] units = new string[1000];
        for (int i = 0; i < units.Length; i++)
            units[i] = FleetHarness.Body($"web@{i}.service", Hello, "launched");
        long start = Stopwatch.GetTimestamp();
        JsonElement results = await SubmitAsync(units);
        TestContext.Out.WriteLine($"1000 units: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:f0} ms");
        Assert.That(Statuses(results), Is.All.EqualTo(201));
        Assert.That((await UnitsAsync("?name=web@*.service")).GetArrayLength(), Is.EqualTo(1000));
    }

    [Test]
    public async Task A_listing_waits_for_what_it_shows_and_for_nothing_else()
    {
        await SubmitAsync(FleetHarness.Body("a.service", Hello), FleetHarness.Body("b.service", Hello));
        RawAnswer before = await _api.GetAsync("/corenode/v1/units?name=a*");
        ulong index = FleetHarness.Parse(before).GetProperty("index").GetUInt64();
        Task<RawAnswer> waiting = _api.GetAsync(
            $"/corenode/v1/units?name=a*&after={index.ToString(CultureInfo.InvariantCulture)}&timeout=20s");
        await SubmitAsync("""{"name":"b.service","desiredState":"launched"}""");
        await SubmitAsync("""{"name":"a.service","desiredState":"launched"}""");
        JsonElement after = FleetHarness.Parse(await waiting);
        Assert.That(after.GetProperty("units")[0].GetProperty("desiredState").GetString(), Is.EqualTo("launched"));
        Assert.That(after.GetProperty("units").GetArrayLength(), Is.EqualTo(1));
        Assert.That(after.GetProperty("index").GetUInt64(), Is.GreaterThan(index));
        RawAnswer late = await _api.GetAsync(
            $"/corenode/v1/units?name=a*&after={index.ToString(CultureInfo.InvariantCulture)}&timeout=20s");
        Assert.That(late.Status, Is.EqualTo(200), "what changed before is told at once");
    }

    [Test]
    public async Task A_listing_that_waits_for_nothing_ends_with_its_time()
    {
        await SubmitAsync(FleetHarness.Body("a.service", Hello));
        RawAnswer before = await _api.GetAsync("/corenode/v1/units");
        ulong index = FleetHarness.Parse(before).GetProperty("index").GetUInt64();
        RawAnswer after = await _api.GetAsync(string.Create(
            CultureInfo.InvariantCulture, $"/corenode/v1/units?after={index}&timeout=50ms"));
        Assert.That(after.Body, Is.EqualTo(before.Body));
    }

    [Test]
    public async Task A_node_that_stops_ends_its_waiting_listings()
    {
        await SubmitAsync(FleetHarness.Body("a.service", Hello));
        ulong index = FleetHarness.Parse(await _api.GetAsync("/corenode/v1/units")).GetProperty("index").GetUInt64();
        Task<RawAnswer> waiting = _api.GetAsync(string.Create(
            CultureInfo.InvariantCulture, $"/corenode/v1/units?after={index}&timeout=1h"));
        await _api.UntilWaitingAsync();
        await _api.Api.StopAsync();
        Assert.That((await waiting).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_restart_counts_up_and_wants_a_unit_that_is_launched()
    {
        await SubmitAsync(FleetHarness.Body("a.service", Hello));
        RawAnswer refused = await _api.AskAsync("POST", "/corenode/v1/units/a.service/restart");
        Assert.That((refused.Status, refused.Body), Is.EqualTo(
            (409, """{"message":"a.service is inactive, not launched: start it instead"}""")));
        await SubmitAsync("""{"name":"a.service","desiredState":"launched"}""");
        for (int i = 1; i < 4; i++)
        {
            RawAnswer done = await _api.AskAsync("POST", "/corenode/v1/units/a.service/restart");
            Assert.That(done.Status, Is.EqualTo(200), done.Body);
            Assert.That(
                await _api.ReadAsync(s_keys.JobRestart("a.service")),
                Is.EqualTo(i.ToString(CultureInfo.InvariantCulture)));
        }

        RawAnswer[] both = await Task.WhenAll(
            _api.AskAsync("POST", "/corenode/v1/units/a.service/restart"),
            _api.AskAsync("POST", "/corenode/v1/units/a.service/restart"));
        Assert.That(both.Select(static a => a.Status), Is.All.EqualTo(200));
        Assert.That(await _api.ReadAsync(s_keys.JobRestart("a.service")), Is.EqualTo("5"));
    }

    [Test]
    public async Task A_unit_is_destroyed_once()
    {
        await SubmitAsync(FleetHarness.Body("a.service", Hello));
        Assert.That((await _api.AskAsync("DELETE", "/corenode/v1/units/a.service")).Status, Is.EqualTo(200));
        Assert.That((await _api.AskAsync("DELETE", "/corenode/v1/units/a.service")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task Every_unit_that_is_not_where_it_should_be_says_why()
    {
        await SubmitAsync(
            FleetHarness.Body("a.service", Hello),
            FleetHarness.Body("b.service", Hello, "launched"),
            FleetHarness.Body("c.service", Hello + "\n[X-Fleet]\nMachineMetadata=disk=ssd\n", "launched"));
        await ExpectAsync("a.service", "");
        await ExpectAsync("b.service", "there is no machine");
        await _api.RegisterAsync(A, "10.0.0.1");
        await ExpectAsync("b.service", "it can be placed on aaaaaaaa and is not yet");
        Assert.That(await ReasonAsync("c.service"), Does.Contain("metadata").And.Contain("disk=ssd"));
        await _api.WriteAsync(s_keys.JobNotice("c.service"), RegistryValues.WriteNotice(new JobNotice("waits 30 s")));
        await ExpectAsync("c.service", "waits 30 s");
        await _api.WriteAsync(s_keys.JobTarget("b.service"), A);
        await ExpectAsync("b.service", "machine aaaaaaaa has not loaded it yet");
        await StateAsync("b.service", A, UnitStates.Dead);
        await ExpectAsync("b.service", "machine aaaaaaaa has not started it yet");
        await _api.WriteAsync(s_keys.JobState("b.service"), A);
        await ExpectAsync("b.service", "");
        await StateAsync("b.service", A, new UnitStates("loaded", "failed", "failed"), "exit-code", 3);
        await ExpectAsync(
            "b.service", "failed on machine aaaaaaaa: its process ended with an error (exit-code, status 3)");
        await SubmitAsync("""{"name":"b.service","desiredState":"inactive"}""");
        await ExpectAsync("b.service", "machine aaaaaaaa has not unloaded it yet");
        await SubmitAsync("""{"name":"b.service","desiredState":"launched"}""");
        await _api.WriteAsync(s_keys.JobTarget("b.service"), B);
        await ExpectAsync(
            "b.service", "its machine bbbbbbbb is gone; it is placed elsewhere once the machine's lease is over");
    }

    [Test]
    public async Task A_template_with_replicas_counts_its_instances()
    {
        const string text = Hello + "\n[X-Fleet]\nReplicas=2\n";
        await SubmitAsync(
            FleetHarness.Body("r@.service", text, "launched"), FleetHarness.Body("r@1.service", text, "launched"));
        await _api.RegisterAsync(A, "10.0.0.1");
        await _api.WriteAsync(s_keys.JobTarget("r@1.service"), A);
        await StateAsync("r@1.service", A, new UnitStates("loaded", "active", "running"));
        await _api.WriteAsync(s_keys.JobState("r@1.service"), A);
        await ExpectAsync("r@.service", "1 of 2 instances are launched");
        JsonElement unit = FleetHarness.Parse(await _api.GetAsync("/corenode/v1/units/r@1.service"));
        Assert.That(unit.GetProperty("machines")[0].GetProperty("ip").GetString(), Is.EqualTo("10.0.0.1"));
        Assert.That(unit.GetProperty("currentState").GetString(), Is.EqualTo("launched"));
    }

    [Test]
    public async Task A_text_that_is_gone_is_said_to_be()
    {
        await SubmitAsync(FleetHarness.Body("a.service", Hello, "launched"));
        string hash = UnitFile.Parse(Hello, out _)!.Hash;
        await _api.WriteAsync(s_keys.Unit(hash), "{");
        await ExpectAsync("a.service", $"its text (unit/{hash}) is missing or damaged: submit it again");
        Assert.That(
            Statuses(await SubmitAsync(FleetHarness.Body("a.service", Hello))), Is.EqualTo(new[] { 201 }));
        await ExpectAsync("a.service", "there is no machine");
    }

    [Test]
    public async Task The_view_is_given_up_when_nobody_asks_and_made_again_when_somebody_does()
    {
        await using FleetHarness api = await FleetHarness.StartAsync(
            new FleetOptions { IdleTime = TimeSpan.FromMilliseconds(40) });
        for (int round = 0; round < 2; round++)
        {
            Assert.That((await api.GetAsync("/corenode/v1/units")).Status, Is.EqualTo(200));
            using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(20));
            while (!await IsIdleAsync(api))
                await Task.Delay(5, deadline.Token);
        }
    }

    private static async Task<bool> IsIdleAsync(FleetHarness api) =>
        (await api.Api.AskAsync("GET", "/metrics")).Body.Contains(
            "corenode_units_api_following 0", StringComparison.Ordinal);

    private static int[] Statuses(JsonElement results) =>
        [.. results.EnumerateArray().Select(static r => r.GetProperty("status").GetInt32())];

    private static string Message(JsonElement results, int at) => results[at].GetProperty("message").GetString()!;

    private Task<JsonElement> SubmitAsync(params string[] units) => SubmitAsync(false, units);

    private async Task<JsonElement> SubmitAsync(bool replaces, params string[] units)
    {
        string replace = replaces ? "true" : "false";
        RawAnswer answer = await _api.AskAsync(
            "POST", "/corenode/v1/units", "", $$"""{"units":[{{string.Join(',', units)}}],"replace":{{replace}}}""");
        Assert.That(answer.Status, Is.EqualTo(200), answer.Body);
        return FleetHarness.Parse(answer).GetProperty("results");
    }

    private async Task<JsonElement> UnitsAsync(string query) =>
        FleetHarness.Parse(await _api.GetAsync("/corenode/v1/units" + query)).GetProperty("units");

    private async Task<string> ReasonAsync(string name) => FleetHarness
        .Parse(await _api.GetAsync($"/corenode/v1/units/{name}")).GetProperty("reason").GetString()!;

    // The surface follows the store: what a test writes there is seen a moment later.
    private async Task ExpectAsync(string name, string reason)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(10));
        string seen;
        while ((seen = await ReasonAsync(name)) != reason && !deadline.IsCancellationRequested)
            await Task.Delay(2, CancellationToken.None);
        Assert.That(seen, Is.EqualTo(reason));
    }

    private Task StateAsync(string unit, string machine, UnitStates states, string result = "", int status = 0) =>
        _api.WriteAsync(
            s_keys.UnitState(unit, machine),
            RegistryValues.WriteState(
                new UnitStateRecord(unit, machine, states, "") { Result = result, ExitStatus = status }));
}
