using System.Text.Json;

namespace CoreNode.Tests.Api.Fleet;

/// <summary>
/// What fleetctl 1.0.0 sends for each of its commands, request by request, as it was recorded (fleet: B.1), with its
/// waits. A wait that never ends is a failure.
/// </summary>
internal sealed class FleetctlReplay(FleetHarness api)
{
    private const string Agent = "User-Agent: google-api-go-client/0.5\r\nAccept-Encoding: gzip\r\n";

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    /// <summary>All pages of a collection.</summary>
    public async Task<List<JsonElement>> ListAsync(string collection)
    {
        List<JsonElement> all = [];
        string token = "";
        do
        {
            RawAnswer answer = await AskAsync("GET", collection, token.Length == 0 ? "" : $"&nextPageToken={token}");
            Assert.That(answer.Status, Is.EqualTo(200), answer.Body);
            JsonElement page = FleetHarness.Parse(answer);
            if (page.TryGetProperty(collection == "state" ? "states" : collection, out JsonElement items))
                all.AddRange(items.EnumerateArray());
            token = page.TryGetProperty("nextPageToken", out JsonElement next) ? next.GetString()! : "";
        }
        while (token.Length > 0);
        return all;
    }

    public async Task<(List<JsonElement> First, List<JsonElement> Machines)> ListWithMachinesAsync(string collection) =>
        (await ListAsync(collection), await ListAsync("machines"));

    public async Task SubmitAsync(string name, string text, bool isGlobal = false)
    {
        await CreateAsync(name, text, isGlobal);
    }

    /// <summary>load and start; what is there already is only moved on.</summary>
    public async Task MoveUpAsync(
        string name, string? text, string state, bool isGlobal = false, bool isBlocking = true, bool replaces = false)
    {
        if (text is not null)
            await CreateAsync(name, text, isGlobal, replaces);
        Assert.That((await AskAsync("GET", Item(name))).Status, Is.EqualTo(200));
        await SetAsync(name, state);
        if (!isBlocking || isGlobal)
            return;
        await WaitAsync(name, "currentState", state);
        await ListAsync("machines");
        if (state == "launched")
            await WaitForSystemdAsync(name);
    }

    /// <summary>stop and unload.</summary>
    public async Task MoveDownAsync(string name, string state)
    {
        Assert.That((await ListAsync("units")).Select(static u => u.GetProperty("name").GetString()), Has.Member(name));
        await SetAsync(name, state);
        await WaitAsync(name, "currentState", state);
    }

    public async Task RestartAsync(string name)
    {
        await ListAsync("units");
        Assert.That((await AskAsync("GET", Item(name))).Status, Is.EqualTo(200));
        await SetAsync(name, "loaded");
        await WaitAsync(name, "currentState", "launched");
        await SetAsync(name, "launched");
        await WaitAsync(name, "currentState", "launched");
    }

    public async Task DestroyAsync(string name)
    {
        await ListAsync("units");
        Assert.That((await AskAsync("DELETE", Item(name))).Status, Is.EqualTo(204));
        using CancellationTokenSource deadline = new(s_patience);
        while ((await AskAsync("GET", Item(name))).Status != 404)
        {
            Assert.That(deadline.IsCancellationRequested, Is.False, $"{name} is still there");
            await Task.Delay(s_interval, CancellationToken.None);
        }
    }

    public async Task<JsonElement> CatAsync(string name)
    {
        RawAnswer answer = await AskAsync("GET", Item(name));
        Assert.That(answer.Status, Is.EqualTo(200), answer.Body);
        return FleetHarness.Parse(answer);
    }

    /// <summary>The machine's id and address, as ssh, status and journal find them.</summary>
    public async Task<string> FindMachineAsync(string name)
    {
        JsonElement unit = await CatAsync(name);
        string id = unit.GetProperty("machineID").GetString()!;
        return (await ListAsync("machines")).Single(m => m.GetProperty("id").GetString() == id)
            .GetProperty("primaryIP").GetString()!;
    }

    public Task<RawAnswer> AskAsync(string method, string target, string query = "", string? body = null) =>
        api.AskAsync(
            method, $"/fleet/v1/{target}?alt=json{query}", Agent + (body is null ? "" : FleetHarness.Json), body ?? "");

    private static string Item(string name) => $"units/{Uri.EscapeDataString(name)}";

    private async Task CreateAsync(string name, string text, bool isGlobal, bool replaces = false)
    {
        RawAnswer before = await AskAsync("GET", Item(name));
        Assert.That(before.Status, Is.EqualTo(404).Or.EqualTo(200));
        if (before.Status == 200 && !replaces)
            return;
        RawAnswer made = await AskAsync("PUT", Item(name), body: FleetHarness.Body(name, text));
        Assert.That((made.Status, made.Body, made["Content-Type"]), Is.EqualTo((201, "", "application/json")));
        await WaitAsync(name, isGlobal ? "desiredState" : "currentState", "inactive");
    }

    private async Task SetAsync(string name, string state)
    {
        RawAnswer answer = await AskAsync(
            "PUT", Item(name), body: $$"""{"desiredState":"{{state}}","name":"{{name}}"}""" + "\n");
        Assert.That((answer.Status, answer.Body), Is.EqualTo((204, "")));
    }

    private async Task WaitAsync(string name, string field, string state)
    {
        using CancellationTokenSource deadline = new(s_patience);
        while (true)
        {
            // fleetctl looks for the first time when its first interval is over.
            await Task.Delay(s_interval, CancellationToken.None);
            RawAnswer answer = await AskAsync("GET", Item(name));
            Assert.That(answer.Status, Is.EqualTo(200), answer.Body);
            if (FleetHarness.Parse(answer).GetProperty(field).GetString() == state)
                return;
            Assert.That(deadline.IsCancellationRequested, Is.False, $"{name} never is {state}: {answer.Body}");
        }
    }

    private async Task WaitForSystemdAsync(string name)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(2));
        while (true)
        {
            RawAnswer answer = await AskAsync("GET", $"state/{Uri.EscapeDataString(name)}");
            Assert.That(answer.Status, Is.EqualTo(200), "fleetctl ends in a crash");
            JsonElement state = FleetHarness.Parse(answer);
            if (state.TryGetProperty("systemdActiveState", out JsonElement active) && active.GetString() == "active"
                && state.GetProperty("systemdLoadState").GetString() == "loaded")
            {
                return;
            }

            Assert.That(deadline.IsCancellationRequested, Is.False, answer.Body);
            await Task.Delay(s_interval, CancellationToken.None);
        }
    }
}
