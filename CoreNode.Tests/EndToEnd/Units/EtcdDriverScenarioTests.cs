using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CoreNode.Units.Model;

namespace CoreNode.Tests.EndToEnd.Units;

/// <summary>
/// fleetctl --driver=etcd knows no API: it writes fleet's keys itself, by plain /v2/keys requests, and reads what
/// others wrote (fleet: A.2, B.1, B.2). Played here on a throw-away node that nobody ever asked about units before.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed partial class EtcdDriverScenarioTests
{
    private const string Prefix = "/v2/keys/_coreos.com/fleet";
    private const string Unit = "keyed.service";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly string _mark = $"corenode-test-{Guid.NewGuid():N}";
    private TestFolder _folder = null!;
    private RunningProgram _node = null!;
    private HttpClient _http = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new TestFolder();
        _node = RunningProgram.Start(
            TestPrograms.Corenode(), ["node", "--dev", "--unit-manager", "embedded", "--metadata", "rack=7"],
            new Dictionary<string, string> { ["TMPDIR"] = _folder.Path });
        Match url = Match.Empty;
        await UntilAsync(
            () =>
            {
                url = Url().Match(_node.StandardOutput + _node.StandardError);
                return Task.FromResult(url.Success);
            },
            "the node says where it is");
        _http = new HttpClient { BaseAddress = new Uri(url.Value), Timeout = s_patience };
    }

    [TearDown]
    public async Task StopAsync()
    {
        Signals.Send(_node.Pid, Signals.Terminate);
        await _node.WaitForExitAsync(s_patience);
        _node.Dispose();
        _http.Dispose();
        foreach (int process in Processes())
            Signals.Send(process, Signals.Kill);
        _folder.Dispose();
    }

    [Test]
    public async Task A_unit_goes_through_its_life_by_keys_alone_twice()
    {
        UnitFile file = UnitFile.Parse(
            $"[Unit]\nDescription=Keys <only>\n\n[Service]\nEnvironment=MARK={_mark}\nExecStart=/bin/sleep infinity\n",
            out _)!;
        for (int round = 1; round <= 2; round++)
        {
            // Every command first compares versions: it complains where a machine's is above its own.
            foreach (JsonElement machine in await BelowAsync("/machines", isSorted: true))
                Assert.That(Version(machine), Is.LessThanOrEqualTo(new Version(1, 0, 0)));

            // submit
            Assert.That(await ReadAsync($"/job/{Unit}"), Is.Null);
            Assert.That(
                await PutAsync($"/unit/{file.Hash}?prevExist=false", JsonSerializer.Serialize(
                    new Dictionary<string, string> { ["Raw"] = file.Text }, JsonSerializerOptions.Default)),
                Is.EqualTo(round == 1 ? 201 : 412), "a text that is there is passed over");
            string hash = string.Join(',', Convert.FromHexString(file.Hash));
            Assert.That(
                await PutAsync($"/job/{Unit}/object", $$"""{"Name":"{{Unit}}","UnitHash":[{{hash}}]}"""),
                Is.EqualTo(201));
            await PutAsync($"/job/{Unit}/target-state", "inactive");
            Assert.That(await StateAsync(), Is.EqualTo("inactive"));

            // load, start, stop, start, unload
            await WantAsync("loaded");
            Assert.That(Processes(), Is.Empty);
            await WantAsync("launched");
            await UntilAsync(() => Task.FromResult(Processes().Count == 1), "it runs");
            Assert.That((await SystemdAsync())!.Value.GetProperty("unitHash").GetString(), Is.EqualTo(file.Hash));
            await WantAsync("loaded");
            await UntilAsync(() => Task.FromResult(Processes().Count == 0), "it is stopped");
            await WantAsync("launched");
            await UntilAsync(() => Task.FromResult(Processes().Count == 1), "it runs again");
            await WantAsync("inactive");
            await UntilAsync(() => Task.FromResult(Processes().Count == 0), "it is unloaded");
            await WantAsync("launched");
            await UntilAsync(() => Task.FromResult(Processes().Count == 1), "it runs at the end");

            // list-machines, list-units, list-unit-files
            await ReadAllAsFleetctlAsync(file.Hash);

            // destroy, while it runs
            using HttpResponseMessage gone = await _http.DeleteAsync($"{Prefix}/job/{Unit}?recursive=true");
            Assert.That(gone.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            await UntilAsync(() => Task.FromResult(Processes().Count == 0), "nothing of it runs");
            await UntilAsync(
                async () => await ReadAsync($"/states/{Unit}") is not { } states || Children(states).Count == 0,
                "its state is gone");
        }
    }

    [Test]
    public async Task What_is_written_by_keys_is_seen_by_the_api()
    {
        UnitFile file = UnitFile.Parse($"[Service]\nEnvironment=MARK={_mark}\nExecStart=/bin/sleep 999\n", out _)!;
        await PutAsync($"/unit/{file.Hash}?prevExist=false", JsonSerializer.Serialize(
            new Dictionary<string, string> { ["Raw"] = file.Text }, JsonSerializerOptions.Default));
        string hash = string.Join(',', Convert.FromHexString(file.Hash));
        await PutAsync($"/job/{Unit}/object", $$"""{"Name":"{{Unit}}","UnitHash":[{{hash}}]}""");
        await PutAsync($"/job/{Unit}/target-state", "launched");
        await UntilAsync(
            async () =>
            {
                using HttpResponseMessage answer = await _http.GetAsync($"/fleet/v1/units/{Unit}");
                return (await answer.Content.ReadAsStringAsync()).Contains(
                    "\"currentState\":\"launched\"", StringComparison.Ordinal);
            },
            "the API says that it is launched");
        using HttpResponseMessage gone = await _http.DeleteAsync($"/fleet/v1/units/{Unit}");
        Assert.That(gone.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That(await ReadAsync($"/job/{Unit}"), Is.Null);
        await UntilAsync(() => Task.FromResult(Processes().Count == 0), "nothing of it runs");
    }

    [Test]
    public async Task A_text_that_cannot_be_read_is_not_run_and_says_why()
    {
        const string hash = "0102030405060708090a0b0c0d0e0f1011121314";
        await PutAsync($"/unit/{hash}?prevExist=false", """{"Raw":"[Service\nExecStart=/bin/true\n"}""");
        await PutAsync($"/job/{Unit}/object", $$"""
            {"Name":"{{Unit}}","UnitHash":[{{string.Join(',', Convert.FromHexString(hash))}}]}
            """);
        await PutAsync($"/job/{Unit}/target-state", "launched");
        await UntilAsync(
            async () => (await ReasonAsync()).Contains("text", StringComparison.Ordinal), "it says why");
        Assert.That(Text(Children((await ReadAsync($"/job/{Unit}"))!.Value), "target"), Is.Empty);
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+(?=\D)")]
    private static partial Regex Url();

    private async Task<string> ReasonAsync()
    {
        using HttpResponseMessage answer = await _http.GetAsync($"/corenode/v1/units/{Unit}");
        string body = await answer.Content.ReadAsStringAsync();
        return JsonNode.Parse(body)!["reason"]?.GetValue<string>() ?? "";
    }

    // As fleetctl decodes them: a field of another kind than its own would end it.
    private async Task ReadAllAsFleetctlAsync(string hash)
    {
        List<JsonElement> machines = await BelowAsync("/machines", isSorted: true);
        Assert.That(machines, Has.Count.EqualTo(1));
        JsonElement machine = Value(Children(machines[0]), "object");
        string id = machine.GetProperty("ID").GetString()!;
        Assert.That(id, Does.Match("^[0-9a-f]{32}$"));
        Assert.That(machines[0].GetProperty("key").GetString(), Does.EndWith($"/machines/{id}"));
        Assert.That(machine.GetProperty("PublicIP").ValueKind, Is.EqualTo(JsonValueKind.String));
        Assert.That(machine.GetProperty("Metadata").GetProperty("rack").GetString(), Is.EqualTo("7"));
        foreach (JsonProperty capability in machine.GetProperty("Capabilities").EnumerateObject())
            Assert.That(capability.Value.ValueKind, Is.EqualTo(JsonValueKind.False));
        List<JsonElement> jobs = await BelowAsync("/job", isSorted: true);
        Assert.That(jobs.Select(static job => job.GetProperty("key").GetString()), Has.Some.EndsWith($"/job/{Unit}"));
        foreach (JsonElement job in jobs)
        {
            JsonElement made = Value(Children(job), "object");
            Assert.That(made.GetProperty("UnitHash").EnumerateArray().Select(static part => part.GetByte()).Count(),
                Is.EqualTo(20));
        }

        foreach (JsonElement text in await BelowAsync("/unit", isSorted: false))
            Assert.That(Parse(text).GetProperty("Raw").ValueKind, Is.EqualTo(JsonValueKind.String));
        JsonElement state = (await SystemdAsync())!.Value;
        Assert.That(
            (state.GetProperty("loadState").GetString(), state.GetProperty("activeState").GetString(),
                state.GetProperty("subState").GetString(), state.GetProperty("unitHash").GetString()),
            Is.EqualTo(("loaded", "active", "running", hash)));
        JsonElement of = state.GetProperty("machineState");
        Assert.That(
            (of.GetProperty("ID").GetString(), of.GetProperty("PublicIP").GetString(),
                of.GetProperty("Metadata").ValueKind, of.GetProperty("Capabilities").ValueKind,
                of.GetProperty("Version").GetString()),
            Is.EqualTo((id, "", JsonValueKind.Null, JsonValueKind.Null, "")));
    }

    private async Task WantAsync(string state)
    {
        await PutAsync($"/job/{Unit}/target-state", state);
        await UntilAsync(async () => await StateAsync() == state, $"it is {state}");
        if (state == "launched")
        {
            await UntilAsync(
                async () => (await SystemdAsync())?.GetProperty("activeState").GetString() == "active", "active");
        }
    }

    // The current state as fleet computes it (A.1).
    private async Task<string> StateAsync()
    {
        List<JsonElement> job = Children((await ReadAsync($"/job/{Unit}"))!.Value);
        string target = Text(job, "target");
        return target.Length == 0 || await ReadAsync($"/states/{Unit}/{target}") is null ? "inactive"
            : Text(job, "job-state") == target ? "launched" : "loaded";
    }

    private async Task<JsonElement?> SystemdAsync()
    {
        string target = Text(Children((await ReadAsync($"/job/{Unit}"))!.Value), "target");
        return target.Length > 0 && await ReadAsync($"/states/{Unit}/{target}") is { } node ? Parse(node) : null;
    }

    private static Version Version(JsonElement machine) =>
        new(Value(Children(machine), "object").GetProperty("Version").GetString()!.Split('+', '-')[0]);

    private static JsonElement Value(List<JsonElement> nodes, string name) => Parse(nodes.Single(
        node => node.GetProperty("key").GetString()!.EndsWith("/" + name, StringComparison.Ordinal)));

    private static string Text(List<JsonElement> nodes, string name)
    {
        foreach (JsonElement node in nodes)
        {
            if (node.GetProperty("key").GetString()!.EndsWith("/" + name, StringComparison.Ordinal))
                return node.GetProperty("value").GetString()!;
        }

        return "";
    }

    private static JsonElement Parse(JsonElement node)
    {
        using JsonDocument value = JsonDocument.Parse(node.GetProperty("value").GetString()!);
        return value.RootElement.Clone();
    }

    private static List<JsonElement> Children(JsonElement node) =>
        node.TryGetProperty("nodes", out JsonElement nodes) ? [.. nodes.EnumerateArray()] : [];

    private async Task<List<JsonElement>> BelowAsync(string key, bool isSorted) =>
        await ReadAsync(key, isSorted) is { } node ? Children(node) : [];

    private async Task<JsonElement?> ReadAsync(string key, bool isSorted = false)
    {
        string sorted = isSorted ? "true" : "false";
        using HttpResponseMessage answer = await _http.GetAsync(
            $"{Prefix}{key}?quorum=true&recursive=true&sorted={sorted}");
        using JsonDocument body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            Assert.That(body.RootElement.GetProperty("errorCode").GetInt32(), Is.EqualTo(100));
            return null;
        }

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        return body.RootElement.GetProperty("node").Clone();
    }

    private async Task<int> PutAsync(string key, string value)
    {
        using FormUrlEncodedContent form = new(new Dictionary<string, string> { ["value"] = value });
        using HttpResponseMessage answer = await _http.PutAsync(Prefix + key, form);
        Assert.That((int)answer.StatusCode, Is.AnyOf(200, 201, 412), await answer.Content.ReadAsStringAsync());
        return (int)answer.StatusCode;
    }

    private List<int> Processes()
    {
        List<int> found = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            try
            {
                if (int.TryParse(Path.GetFileName(folder), out int process)
                    && File.ReadAllText(Path.Combine(folder, "environ"))
                        .Contains($"MARK={_mark}\0", StringComparison.Ordinal))
                {
                    found.Add(process);
                }
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // It has ended meanwhile.
            }
        }

        return found;
    }

    private async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.That(_node.HasExited, Is.False, _node.StandardError);
            Assert.That(watch.Elapsed, Is.LessThan(s_patience), $"{what}\n{_node.StandardError}");
            await Task.Delay(s_pause);
        }
    }
}
