using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace CoreNode.Tests.EndToEnd.Units;

/// <summary>
/// fleet's functional tests of its HTTP API (functional/machines_test.go, server_test.go), on two native machines with
/// the embedded runner.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class ApiScenarioTests
{
    private const int HangUp = 1;

    private static readonly HttpClient s_http = new() { Timeout = TimeSpan.FromSeconds(30) };

    private UnitCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await UnitCluster.StartAsync(2);
        await _cluster.UntilAsync(
            async () => (await MachinesAsync()).Count == 2, "both machines are there");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    [Test]
    public async Task MachinesList_shows_each_machine_with_its_metadata()
    {
        (int status, string type, string body) = await AskAsync(HttpMethod.Get, "/fleet/v1/machines");
        Assert.That((status, type), Is.EqualTo((200, "application/json")));
        string id = UnitCluster.MachineId(2);
        Assert.That(body, Does.Contain($"{{\"id\":\"{id}\",\"metadata\":{{"));
        Assert.That(body, Does.Contain("\"primaryIP\":\"10.0.0.2\"}"));
        Assert.That((await MachinesAsync())[id]["hostname"], Is.EqualTo("m2"));
    }

    [TestCase("machines")]
    [TestCase("units")]
    [TestCase("state")]
    public async Task ListBadNextPageToken_is_refused(string collection)
    {
        (int status, string type, string body) = await AskAsync(
            HttpMethod.Get, $"/fleet/v1/{collection}?nextPageToken=EwBMLg==");
        Assert.That((status, type, body), Is.EqualTo((
            400, "application/json", """{"error":{"code":400,"message":"token limit must be 100"}}""")));
    }

    [Test]
    public async Task PatchAddModify_sets_metadata_on_two_machines_at_once()
    {
        for (int round = 1; round <= 2; round++)
        {
            await PatchAsync(Change("add", 1, "foo", $"bar{round}"), Change("replace", 2, "ping", $"splat{round}"));
            Dictionary<string, Dictionary<string, string>> machines = await MachinesAsync();
            Assert.That(machines[UnitCluster.MachineId(1)], Is.EqualTo(new Dictionary<string, string>
            {
                ["foo"] = $"bar{round}",
                ["hostname"] = "m1",
                ["n"] = "1",
            }));
            Assert.That(machines[UnitCluster.MachineId(2)], Is.EqualTo(new Dictionary<string, string>
            {
                ["ping"] = $"splat{round}",
                ["hostname"] = "m2",
                ["n"] = "2",
            }));
        }

        await PatchAsync(Change("remove", 1, "foo", ""), Change("remove", 2, "ping", ""));
    }

    [Test]
    public async Task PatchAddModify_decides_where_units_run()
    {
        await PatchAsync(Change("add", 2, "disk", "ssd"));
        await _cluster.FleetAsync("start", _cluster.Write("patched.service", "MachineMetadata=disk=ssd"));
        Assert.That(await _cluster.ActiveOnAsync("patched.service"), Is.EqualTo(new[] { 2 }));
        await PatchAsync(Change("remove", 2, "disk", ""), Change("add", 1, "disk", "ssd"));
        await _cluster.UntilAsync(
            async () => await _cluster.ActiveOnAsync("patched.service") is [1], "it follows the metadata");
        await PatchAsync(Change("remove", 1, "disk", ""));
        await _cluster.FleetAsync("destroy", "patched.service");
    }

    [Test]
    public async Task PatchDelete_hides_also_what_the_machine_was_started_with()
    {
        for (int round = 1; round <= 2; round++)
        {
            await PatchAsync(Change("add", 1, "gone", "soon"));
            await PatchAsync(Change("remove", 1, "gone", ""), Change("remove", 1, "hostname", ""));
            Assert.That((await MachinesAsync())[UnitCluster.MachineId(1)].Keys, Is.EqualTo(new[] { "n" }));
            await PatchAsync(Change("add", 1, "hostname", "m1"));
            Assert.That((await MachinesAsync())[UnitCluster.MachineId(1)]["hostname"], Is.EqualTo("m1"));
        }
    }

    [TestCase("noop", "/{0}/metadata/foo", "bar", "invalid op: expect add, remove, or replace")]
    [TestCase("add", "/{0}/foo", "bar", "machine metadata path invalid")]
    [TestCase("add", "/{0}/metadata/foo", "", "invalid value: add and replace require a value")]
    [TestCase("add", "/{0}/metadata/_foo", "bar", "machine metadata path invalid")]
    public async Task PatchBad_changes_nothing(string operation, string path, string value, string message)
    {
        string wrong = Operation(operation, path.Replace("{0}", UnitCluster.MachineId(1)), value);
        (int status, string type, string body) = await AskAsync(
            HttpMethod.Patch, "/fleet/v1/machines", $"[{Change("add", 1, "before", "it")},{wrong}]");
        Assert.That((status, type, body), Is.EqualTo((
            400, "application/json", $$$"""{"error":{"code":400,"message":"{{{message}}}"}}""")));
        Assert.That((await MachinesAsync())[UnitCluster.MachineId(1)].Keys, Does.Not.Contain("before"));
    }

    [TestCase("""[{"op":"add","path":"/x/metadata/a","value":"plain"}]""")]
    [TestCase("")]
    [TestCase("[{")]
    public async Task PatchBad_of_another_shape_is_refused(string body)
    {
        (int status, string type, _) = await AskAsync(HttpMethod.Patch, "/fleet/v1/machines", body);
        Assert.That((status, type), Is.EqualTo((400, "application/json")));
    }

    [Test]
    public async Task ReconfigureServer_a_hang_up_keeps_the_listeners_and_the_units()
    {
        await _cluster.FleetAsync("start", _cluster.Write("stays.service"));
        string unloaded = _cluster.Write("unloaded.service");
        await _cluster.FleetAsync("start", unloaded);
        await _cluster.FleetAsync("unload", "unloaded.service");
        int process = _cluster.CopiesOf("stays.service")[0];
        foreach (ServerProcess machine in _cluster.Machines.Members)
        {
            int pid = machine.Pid;
            for (int round = 1; round <= 2; round++)
            {
                Signals.Send(pid, HangUp);
                await _cluster.UntilAsync(
                    () => Task.FromResult(machine.StandardError.Split("SIGHUP").Length == round + 1),
                    "the node says that it heard it");
            }

            Assert.That((machine.HasExited, machine.Pid), Is.EqualTo((false, pid)));
        }

        Assert.That(await _cluster.FleetAsync("list-units", "--no-legend"), Does.Contain("stays.service"));
        Assert.That(_cluster.CopiesOf("stays.service"), Is.EqualTo(new[] { process }));
        await _cluster.FleetAsync("start", unloaded);
        await _cluster.UntilActiveAsync("unloaded.service");
        await _cluster.FleetAsync("destroy", "stays.service", "unloaded.service");
    }

    private static string Change(string operation, int machine, string key, string value) =>
        Operation(operation, $"/{UnitCluster.MachineId(machine)}/metadata/{key}", value);

    // As fleet's own test has Go write it: the last field has no name of its own there, hence the big letter.
    private static string Operation(string operation, string path, string value) =>
        $$$"""{"op":"{{{operation}}}","path":"{{{path}}}","Value":{"value":"{{{value}}}"}}""";

    private async Task PatchAsync(params string[] changes)
    {
        (int status, string type, string body) = await AskAsync(
            HttpMethod.Patch, "/fleet/v1/machines", $"[{string.Join(',', changes)}]");
        Assert.That((status, type, body), Is.EqualTo((204, "application/json", "")));
    }

    private async Task<Dictionary<string, Dictionary<string, string>>> MachinesAsync()
    {
        (_, _, string body) = await AskAsync(HttpMethod.Get, "/fleet/v1/machines");
        return (JsonNode.Parse(body)!["machines"]?.AsArray() ?? []).ToDictionary(
            static machine => (string)machine!["id"]!,
            static machine => (machine!["metadata"]?.AsObject() ?? []).ToDictionary(
                static pair => pair.Key, static pair => (string)pair.Value!));
    }

    private async Task<(int Status, string Type, string Body)> AskAsync(
        HttpMethod method, string path, string? body = null)
    {
        using HttpRequestMessage request = new(method, _cluster.AdminUrl(1) + path);
        if (body is not null)
        {
            // Go's client sends no Content-Type unless it is told one.
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        }

        using HttpResponseMessage answer = await s_http.SendAsync(request);
        MediaTypeHeaderValue? type = answer.Content.Headers.ContentType;
        return ((int)answer.StatusCode, type?.MediaType ?? "", await answer.Content.ReadAsStringAsync());
    }
}
