using CoreNode.Store;
using CoreNode.Api;
using CoreNode.Api.Fleet;
using CoreNode.Tests.EndToEnd;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Api.Fleet;

/// <summary>fleet's API, answer by answer (fleet: A.10, and the scenarios of A.12 about it).</summary>
[TestFixture, Category("Unit")]
internal sealed class FleetApiTests
{
    private const string Id = "0123456789abcdef0123456789abcdef";
    private const string Hello = "[Unit]\nDescription=Hello World\n\n[Service]\nExecStart=/bin/true\n";

    private FleetHarness _api = null!;

    [SetUp]
    public async Task StartAsync() => _api = await FleetHarness.StartAsync();

    [TearDown]
    public Task StopAsync() => _api.DisposeAsync().AsTask();

    [TestCase("GET", "/fleet/v1", 405, "")]
    [TestCase("GET", "/v1-alpha", 405, "")]
    [TestCase("GET", "/fleet/v1/", 404, "")]
    [TestCase("GET", "/fleet/v1/nope", 404, "")]
    [TestCase("GET", "/fleet/v2/units", 404, "")]
    [TestCase("GET", "/fleet/", 404, "")]
    [TestCase("GET", "/fleet/v1/units/", 404, "")]
    [TestCase("GET", "/fleet/v1/units/a/b", 404, "")]
    [TestCase("GET", "/fleet/v1/units/a%2Fb", 404, "")]
    [TestCase("GET", "/fleet/v1/machines/", 404, "")]
    [TestCase("GET", "/fleet/v1/units/none.service", 404, "unit does not exist")]
    [TestCase("DELETE", "/fleet/v1/units/none.service", 404, "unit does not exist")]
    [TestCase("DELETE", "/fleet/v1/units/..", 301, null)]
    [TestCase("POST", "/fleet/v1/units", 405, "only GET supported against this resource")]
    [TestCase("HEAD", "/fleet/v1/units", 405, null)]
    [TestCase("OPTIONS", "/fleet/v1/units", 405, "only GET supported against this resource")]
    [TestCase("POST", "/fleet/v1/units/a.service", 405, "only GET, PUT and DELETE supported against this resource")]
    [TestCase("PATCH", "/fleet/v1/units/a.service", 405, "only GET, PUT and DELETE supported against this resource")]
    [TestCase("PUT", "/fleet/v1/state", 405, "only GET supported against this resource")]
    [TestCase("PUT", "/fleet/v1/state/a.service", 405, "only GET supported against this resource")]
    [TestCase("POST", "/v1-alpha/machines", 405, "only GET and PATCH supported against this resource")]
    [TestCase("POST", "/fleet/v1/discovery", 400, "only HTTP GET supported against this resource")]
    public async Task Every_wrong_way_has_its_answer(string method, string target, int status, string? message)
    {
        RawAnswer answer = await _api.AskAsync(method, target);
        Assert.That(answer.Status, Is.EqualTo(status));
        if (status == 301)
            return;
        Assert.That((answer["Content-Type"], answer["Server"]), Is.EqualTo(("application/json", "fleetd/1.0.0")));
        Assert.That(
            answer.Headers.Any(h => h.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase)), Is.False);
        if (message is not null)
            Assert.That(answer.Body, Is.EqualTo($$$"""{"error":{"code":{{{status}}},"message":"{{{message}}}"}}"""));
    }

    [TestCase("/fleet/v1/units")]
    [TestCase("/fleet/v1/state")]
    [TestCase("/fleet/v1/machines")]
    [TestCase("/v1-alpha/units?alt=json")]
    public async Task Nothing_is_an_empty_object(string target)
    {
        RawAnswer answer = await _api.GetAsync(target);
        Assert.That((answer.Status, answer.Body), Is.EqualTo((200, "{}")));
    }

    [TestCase("EwBMLg==", "token limit must be 100")]
    [TestCase("ZAAAAA==", "token page must be greater than zero")]
    [TestCase("*", "illegal base64 data at input byte 0")]
    [TestCase("", "EOF")]
    [TestCase("ZAA=", "unexpected EOF")]
    [TestCase("ZABMLg==&nextPageToken=ZABMLg==", "too many values for page token")]
    public async Task A_bad_page_token_is_refused_with_its_fault(string token, string message)
    {
        foreach (string collection in new[] { "machines", "units", "state" })
        {
            RawAnswer answer = await _api.GetAsync($"/fleet/v1/{collection}?nextPageToken={token}");
            Assert.That(
                (answer.Status, answer.Body, answer["Content-Type"]),
                Is.EqualTo(
                    (400, $$$"""{"error":{"code":400,"message":"{{{message}}}"}}""", "application/json")), collection);
        }
    }

    [Test]
    public async Task A_page_beyond_the_last_is_empty() =>
        Assert.That((await _api.GetAsync("/fleet/v1/units?nextPageToken=ZABMLg==")).Body, Is.EqualTo("{}"));

    [TestCase("", 415, "expected 1 Content-Type, got 0")]
    [TestCase(FleetHarness.Json + FleetHarness.Json, 415, "expected 1 Content-Type, got 2")]
    [TestCase("Content-Type: text/plain\r\n", 415, "only acceptable Content-Type is application/json")]
    [TestCase("Content-Type: application/json; charset=utf-8\r\n", 409, "unit does not exist and options field empty")]
    public async Task A_unit_wants_one_content_type(string headers, int status, string message)
    {
        RawAnswer answer = await _api.AskAsync("PUT", "/fleet/v1/units/a.service", headers, "{}");
        Assert.That(
            (answer.Status, answer.Body),
            Is.EqualTo((status, $$$"""{"error":{"code":{{{status}}},"message":"{{{message}}}"}}""")));
    }

    [TestCase("a.service", "", "unable to decode body: EOF")]
    [TestCase("a.service", "{", "unable to decode body: unexpected EOF")]
    [TestCase("a.service", "[]",
        "unable to decode body: json: cannot unmarshal array into Go value of type schema.Unit")]
    [TestCase("a.service", """{"name":"b.service"}""",
        "name in URL \\\"a.service\\\" differs from unit name in request body \\\"b.service\\\"")]
    [TestCase("a", "{}", "unit name must contain \\\".\\\"")]
    [TestCase("a.", "{}", "unit name cannot end in \\\".\\\"")]
    [TestCase("a.nope", "{}", "invalid unit type: \\\"nope\\\"")]
    [TestCase("a%20b.service", "{}", "invalid character ' ' in unit name")]
    [TestCase("%40a.service", "{}", "unit name cannot start in \\\"@\\\"")]
    [TestCase("_a.service", "{}", "unit name cannot start in \\\"_\\\": the store hides such keys")]
    [TestCase("a.service", """{"Name":"b.service"}""",
        "name in URL \\\"a.service\\\" differs from unit name in request body \\\"b.service\\\"")]
    public async Task A_bad_unit_is_refused(string name, string body, string message)
    {
        RawAnswer answer = await _api.PutAsync($"/fleet/v1/units/{name}", body);
        Assert.That(
            (answer.Status, answer.Body),
            Is.EqualTo((400, $$$"""{"error":{"code":400,"message":"{{{message}}}"}}""")));
    }

    [TestCase("MachineID=x\nMachineOf=a.service", "MachineID cannot be used with Peers")]
    [TestCase("MachineID=x\nConflicts=a*", "MachineID cannot be used with Conflicts")]
    [TestCase("MachineID=x\nGlobal=true", "MachineID cannot be used with Global")]
    [TestCase("Global=true\nMachineOf=a.service", "Global cannot be used with Peers")]
    [TestCase("Global=true\nReplaces=a.service", "Global cannot be used with Replaces")]
    [TestCase("MachineOf=a.service\nConflicts=a*",
        "unresolvable requirements: peer \\\"a.service\\\" matches conflict \\\"a*\\\"")]
    public async Task An_impossible_combination_is_refused(string options, string message)
    {
        string body = FleetHarness.Body("x.service", $"{Hello}\n[X-Fleet]\n{options}\n");
        RawAnswer answer = await _api.PutAsync("/fleet/v1/units/x.service", body);
        Assert.That(
            (answer.Status, answer.Body),
            Is.EqualTo((400, $$$"""{"error":{"code":400,"message":"{{{message}}}"}}""")));
        Assert.That((await _api.GetAsync("/fleet/v1/units/x.service")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task A_unit_is_made_shown_moved_replaced_and_destroyed()
    {
        RegistryKeys keys = RegistryKeys.Default;
        RawAnswer made = await _api.PutAsync("/fleet/v1/units/a.service", FleetHarness.Body("a.service", Hello));
        Assert.That((made.Status, made.Body, made["Content-Length"]), Is.EqualTo((201, "", "0")));
        RawAnswer shown = await _api.GetAsync("/fleet/v1/units/a.service");
        const string options = "\"options\":[{\"name\":\"Description\",\"section\":\"Unit\",\"value\":\"Hello World\"},"
            + "{\"name\":\"ExecStart\",\"section\":\"Service\",\"value\":\"/bin/true\"}]";
        Assert.That(shown.Body, Is.EqualTo(
            """{"currentState":"inactive","desiredState":"inactive","name":"a.service",""" + options + "}"));
        RawAnswer list = await _api.GetAsync("/v1-alpha/units");
        Assert.That(list.Body, Is.EqualTo("{\"units\":[" + shown.Body + "]}"));
        RawAnswer same = await _api.PutAsync("/fleet/v1/units/a.service", FleetHarness.Body("a.service", Hello));
        Assert.That((same.Status, same.Body), Is.EqualTo((
            409, """{"error":{"code":409,"message":"must provide DesiredState to update existing unit"}}""")));
        RawAnswer moved = await _api.PutAsync("/fleet/v1/units/a.service", """{"desiredState":"launched"}""");
        Assert.That((moved.Status, moved.Body), Is.EqualTo((204, "")));
        Assert.That(await _api.ReadAsync(keys.JobTargetState("a.service")), Is.EqualTo("launched"));
        string other = Hello.Replace("true", "false");
        RawAnswer replaced = await _api.PutAsync("/fleet/v1/units/a.service", FleetHarness.Body("a.service", other));
        Assert.That(replaced.Status, Is.EqualTo(201));
        Assert.That(await _api.ReadAsync(keys.JobTargetState("a.service")), Is.EqualTo("inactive"));
        RawAnswer gone = await _api.AskAsync("DELETE", "/fleet/v1/units/a.service");
        Assert.That((gone.Status, gone["Content-Type"]), Is.EqualTo((204, "application/json")));
        Assert.That((await _api.GetAsync("/fleet/v1/units/a.service")).Status, Is.EqualTo(404));
        Assert.That(await _api.ReadAsync(keys.JobObject("a.service")), Is.Null);
    }

    [Test]
    public async Task Bodies_are_read_as_go_reads_them()
    {
        // The case of fields' letters does not matter, null is nothing, the last one counts, more is passed by.
        RawAnswer made = await _api.PutAsync(
            "/fleet/v1/units/a.service",
            """
            {"name":null,"DESIREDSTATE":"inactive","desiredState":"loaded","more":{"a":[1]},"currentState":"launched",
            "Options":[{"Section":"Service","name":"ExecStart","VALUE":"/bin/true"}]} and more
            """);
        Assert.That(made.Status, Is.EqualTo(201), made.Body);
        Assert.That((await _api.GetAsync("/fleet/v1/units/a.service")).Body, Is.EqualTo(
            """{"currentState":"inactive","desiredState":"loaded","name":"a.service","options":"""
            + """[{"name":"ExecStart","section":"Service","value":"/bin/true"}]}"""));
    }

    [Test]
    public async Task What_is_written_is_fleets_own()
    {
        RegistryKeys keys = RegistryKeys.Default;
        await _api.PutAsync("/fleet/v1/units/a.service", FleetHarness.Body("a.service", Hello, "loaded"));
        Assert.That(await _api.ReadAsync("/_coreos.com/fleet/engine/version"), Is.EqualTo("1"));
        string job = (await _api.ReadAsync(keys.JobObject("a.service")))!;
        Assert.That(job, Does.StartWith("""{"Name":"a.service","UnitHash":["""));
        string hash = RegistryValues.ReadJobObject("a.service", job)!;
        Assert.That(RegistryValues.ReadUnit((await _api.ReadAsync(keys.Unit(hash)))!)!.Text, Is.EqualTo(Hello));
        Assert.That(await _api.ReadAsync(keys.JobTargetState("a.service")), Is.EqualTo("loaded"));
    }

    [Test]
    public async Task Nothing_is_written_before_somebody_asks_about_units()
    {
        Assert.That((await _api.GetAsync("/corenode/v1/status")).Status, Is.EqualTo(200));
        Assert.That((await _api.GetAsync("/fleet/v1/discovery")).Status, Is.EqualTo(200));
        Assert.That(await _api.ReadAsync("/_coreos.com"), Is.Null);
        Assert.That((await _api.Client.GetAsync("/_coreos.com", KvGetOptions.Plain, CancellationToken.None)),
            Is.TypeOf<KvOutcome.Refused>());
    }

    [Test]
    public async Task A_unit_without_any_state_is_told_by_its_name()
    {
        RawAnswer answer = await _api.GetAsync("/fleet/v1/state/none.service");
        Assert.That((answer.Status, answer.Body), Is.EqualTo((200, """{"name":"none.service"}""")));
    }

    [Test]
    public async Task Metadata_is_added_changed_and_removed()
    {
        await _api.RegisterAsync(Id, "10.0.0.1", ("a", "static"));
        RawAnswer added = await PatchAsync(
            $$$"""[{"op":"add","path":"/{{{Id}}}/metadata/foo","value":{"value":"bar"}},"""
            + $$$"""{"op":"replace","path":"/{{{Id}}}/metadata/a","value":{"value":"b<c"}}]""");
        Assert.That((added.Status, added.Body, added["Content-Type"]), Is.EqualTo((204, "", "application/json")));
        Assert.That((await _api.GetAsync("/fleet/v1/machines")).Body, Is.EqualTo(
            $$$"""{"machines":[{"id":"{{{Id}}}","metadata":{"a":"b\u003cc","foo":"bar"},"primaryIP":"10.0.0.1"}]}"""));
        RawAnswer removed = await PatchAsync(
            $$$"""[{"op":"remove","path":"/{{{Id}}}/metadata/foo","value":{"value":""}},"""
            + $$$"""{"op":"remove","path":"/{{{Id}}}/metadata/a"},"""
            + """{"op":"add","path":"/unknown/metadata/x","value":{"value":"1"}}]""");
        Assert.That(removed.Status, Is.EqualTo(204));
        Assert.That((await _api.GetAsync("/fleet/v1/machines")).Body, Is.EqualTo(
            $$$"""{"machines":[{"id":"{{{Id}}}","primaryIP":"10.0.0.1"}]}"""));
    }

    [TestCase("""[{"op":"noop","path":"/x/metadata/a","value":{"value":"b"}}]""",
        "invalid op: expect add, remove, or replace")]
    [TestCase("""[{"op":"add","path":"/x/foo","value":{"value":"b"}}]""", "machine metadata path invalid")]
    [TestCase("""[{"op":"add","path":"/../metadata/a","value":{"value":"b"}}]""", "machine metadata path invalid")]
    [TestCase("""[{"op":"add","path":"/x/metadata/a b","value":{"value":"b"}}]""", "machine metadata path invalid")]
    [TestCase("""[{"op":"add","path":"/x/metadata/_a","value":{"value":"b"}}]""", "machine metadata path invalid")]
    [TestCase("""[{"op":"add","path":"/_x/metadata/a","value":{"value":"b"}}]""", "machine metadata path invalid")]
    [TestCase("""[{"op":"add","path":"/x/metadata/a","value":{"value":""}}]""",
        "invalid value: add and replace require a value")]
    [TestCase("""[{"op":"add","path":"/x/metadata/a","value":{"value":"b"}},{"op":"x"}]""",
        "invalid op: expect add, remove, or replace")]
    public async Task A_bad_patch_changes_nothing(string body, string message)
    {
        RawAnswer answer = await PatchAsync(body);
        Assert.That(
            (answer.Status, answer.Body), Is.EqualTo((400, $$$"""{"error":{"code":400,"message":"{{{message}}}"}}""")));
        Assert.That(await _api.ReadAsync("/_coreos.com/fleet/machines/x/metadata/a"), Is.Null);
    }

    [TestCase("""[{"op":"add","path":"/x/metadata/a","value":"b"}]""")]
    [TestCase("{}")]
    [TestCase("[")]
    public async Task A_patch_of_another_shape_is_refused(string body) =>
        Assert.That((await PatchAsync(body)).Status, Is.EqualTo(400));

    [Test]
    public async Task Without_a_store_the_answer_is_fleets_own()
    {
        await using FleetHarness api = await FleetHarness.StartAsync(
            new FleetOptions { ViewTime = TimeSpan.FromMilliseconds(50) }, static _ => new AwayStore());
        foreach (string target in new[] { "units", "units/a.service", "state", "state/a.service", "machines" })
        {
            RawAnswer answer = await api.GetAsync($"/fleet/v1/{target}");
            Assert.That((answer.Status, answer.Body), Is.EqualTo((
                503, """{"error":{"code":503,"message":"fleet server unable to communicate with etcd"}}""")), target);
        }

        RawAnswer own = await api.GetAsync("/corenode/v1/units");
        Assert.That((own.Status, own.Body), Is.EqualTo((
            503, """{"message":"the store cannot be reached, nothing was changed; try again (gone)"}""")));
    }

    [Test]
    public async Task A_unit_that_is_too_long_is_refused_before_it_is_read()
    {
        RawAnswer answer = await _api.AskAsync(
            "PUT", "/fleet/v1/units/a.service", FleetHarness.Json, "{\"name\":\"" + new string('a', 3 << 20) + "\"}");
        Assert.That(answer.Status, Is.EqualTo(413));
    }

    [Test]
    public async Task The_first_listing_of_machines_waits_for_this_one()
    {
        await using FleetHarness api = await FleetHarness.StartAsync(
            new FleetOptions { MachineId = Id, RegistrationTime = TimeSpan.FromSeconds(20) });
        Task<RawAnswer> listing = api.GetAsync("/fleet/v1/machines");
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(20));
        while (await api.ReadAsync(RegistryKeys.Default.EngineVersion) is null)
            await Task.Delay(2, deadline.Token);
        await api.RegisterAsync(Id, "10.0.0.1");
        Assert.That((await listing).Body, Does.Contain(Id));
    }

    [Test]
    public async Task Fleets_own_socket_serves_what_the_nodes_does()
    {
        using TestFolder folder = new();
        ApiOptions options = new() { UnixSocketPath = folder.File("own"), FleetSocketPath = folder.File("fleet.sock") };
        await using ApiHarness api = await ApiHarness.StartAsync(options);
        foreach (string path in new[] { folder.File("own"), folder.File("fleet.sock") })
        {
            await using RawClient client = await RawClient.OpenAsync(path);
            Assert.That((await client.AskAsync("GET", "/fleet/v1/units")).Status, Is.EqualTo(404), "no units here");
            Assert.That((await client.AskAsync("GET", "/v2/keys/")).Status, Is.EqualTo(200));
            Assert.That(File.GetUnixFileMode(path) & UnixFileMode.OtherRead, Is.EqualTo(UnixFileMode.None));
        }
    }

    [TestCase(false, 403)]
    [TestCase(true, 404)]
    public async Task A_throw_away_node_is_administered_on_loopback(bool isDev, int status)
    {
        await using ApiHarness api = await ApiHarness.StartAsync(new ApiOptions { AdministersOnLoopback = isDev });
        Assert.That((await api.AskAsync("GET", "/fleet/v1/units")).Status, Is.EqualTo(status));
        Assert.That((await api.AskAsync("GET", "/v2/keys/")).Status, Is.EqualTo(200));
    }

    private Task<RawAnswer> PatchAsync(string body) => _api.AskAsync("PATCH", "/fleet/v1/machines", "", body);
}
