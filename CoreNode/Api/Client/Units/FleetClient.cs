using System.Globalization;
using System.Text.Json;
using CoreNode.Units.Model;

namespace CoreNode.Api.Client.Units;

/// <summary>fleet's API (/fleet/v1), as fleetctl uses it; also of a real fleetd. Thread-safe.</summary>
public sealed class FleetClient(ClientOptions options) : IDisposable
{
    // A server that always names a next page would be asked for ever.
    private const int MaxPages = 10_000;

    private readonly V2Transport _transport = new(options);

    /// <summary>All machines.</summary>
    /// <exception cref="FleetException">It did not succeed; so with all others.</exception>
    public Task<List<FleetMachine>> MachinesAsync(CancellationToken cancellation) =>
        PagesAsync("machines", "machines", ReadMachine, cancellation);

    /// <summary>All units, in order of their names.</summary>
    public Task<List<FleetUnit>> UnitsAsync(CancellationToken cancellation) =>
        PagesAsync("units", "units", ReadUnit, cancellation);

    /// <summary>The states of all units.</summary>
    public Task<List<FleetState>> StatesAsync(CancellationToken cancellation) =>
        PagesAsync("state", "states", ReadState, cancellation);

    /// <summary>One unit; null if there is none.</summary>
    public async Task<FleetUnit?> UnitAsync(string name, CancellationToken cancellation)
    {
        V2Reply.Answered answer = await SendAsync(V2Request.Plain(PathOf("units/" + Escape(name))), cancellation);
        if (answer.Status == 404)
            return null;
        return Read(Checked(answer), ReadUnit);
    }

    /// <summary>How a unit stands on some machine; null where that is not told.</summary>
    public async Task<FleetState?> StateAsync(string name, CancellationToken cancellation)
    {
        V2Reply.Answered answer = await SendAsync(V2Request.Plain(PathOf("state/" + Escape(name))), cancellation);
        return answer.IsSuccess ? Read(answer, ReadState) : null;
    }

    /// <summary>Makes a unit, or gives it another text; an empty file only sets its wanted state.</summary>
    public async Task PutAsync(string name, UnitFile? file, string desiredState, CancellationToken cancellation)
    {
        string json = UnitsJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("name", name);
            if (file is not null)
            {
                writer.WriteStartArray("options");
                foreach (UnitOption option in file.Options)
                    UnitsJson.WriteOption(writer, option);
                writer.WriteEndArray();
            }

            if (desiredState.Length > 0)
                writer.WriteString("desiredState", desiredState);
            writer.WriteEndObject();
        });
        V2Request request = new(HttpMethod.Put, PathOf("units/" + Escape(name)), null) { Json = json + "\n" };
        Checked(await SendAsync(request, cancellation));
    }

    /// <summary>Destroys a unit; one that is gone already is as good.</summary>
    public async Task DestroyAsync(string name, CancellationToken cancellation)
    {
        V2Reply.Answered answer = await SendAsync(
            new V2Request(HttpMethod.Delete, PathOf("units/" + Escape(name)), null), cancellation);
        if (answer.Status != 404)
            Checked(answer);
    }

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private async Task<List<T>> PagesAsync<T>(
        string path, string list, Func<JsonElement, T> read, CancellationToken cancellation)
        where T : class
    {
        List<T> all = [];
        string query = "?alt=json";
        for (int page = 0; page < MaxPages; page++)
        {
            V2Reply.Answered answer = Checked(
                await SendAsync(V2Request.Plain($"/fleet/v1/{path}{query}"), cancellation));
            string next = Read(answer, one =>
            {
                all.AddRange(UnitsJson.List(one, list, read));
                return UnitsJson.Text(one, "nextPageToken");
            });
            if (next.Length == 0)
                return all;
            query = $"?alt=json&nextPageToken={Escape(next)}";
        }

        throw new FleetException(
            string.Create(CultureInfo.InvariantCulture, $"more than {MaxPages} pages of {list}"), 0);
    }

    private async Task<V2Reply.Answered> SendAsync(V2Request request, CancellationToken cancellation) =>
        await _transport.SendAsync(request, cancellation) switch
        {
            V2Reply.Answered answer => answer,
            V2Reply.Failed failed => throw new FleetException(failed.Reason, 0),
            _ => throw new InvalidOperationException("an unknown kind of reply"),
        };

    private static V2Reply.Answered Checked(V2Reply.Answered answer)
    {
        if (answer.IsSuccess)
            return answer;
        string message = UnitsJson.ParseMessage(answer.Body);
        throw new FleetException(
            string.Create(CultureInfo.InvariantCulture, $"googleapi: Error {answer.Status}: {message}"),
            answer.Status);
    }

    private static T Read<T>(V2Reply.Answered answer, Func<JsonElement, T> read)
        where T : class
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(answer.Body);
            return read(document.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new FleetException($"{answer.Endpoint} does not speak fleet's API: {fault.Message}", answer.Status);
        }
    }

    private static FleetUnit ReadUnit(JsonElement one) => new(
        UnitsJson.Text(one, "name"),
        UnitsJson.Text(one, "desiredState"),
        UnitsJson.Text(one, "currentState"),
        UnitsJson.Text(one, "machineID"),
        UnitFile.Of(UnitsJson.ReadOptions(one)));

    private static FleetState ReadState(JsonElement one) => new(
        UnitsJson.Text(one, "name"),
        UnitsJson.Text(one, "hash"),
        UnitsJson.Text(one, "machineID"),
        UnitsJson.Text(one, "systemdLoadState"),
        UnitsJson.Text(one, "systemdActiveState"),
        UnitsJson.Text(one, "systemdSubState"));

    private static FleetMachine ReadMachine(JsonElement one)
    {
        SortedDictionary<string, string> metadata = new(StringComparer.Ordinal);
        if (one.TryGetProperty("metadata", out JsonElement pairs) && pairs.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty pair in pairs.EnumerateObject())
                metadata[pair.Name] = pair.Value.GetString() ?? "";
        }

        return new FleetMachine(UnitsJson.Text(one, "id"), UnitsJson.Text(one, "primaryIP"), metadata);
    }

    private static string PathOf(string path) => $"/fleet/v1/{path}?alt=json";

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
