using System.Globalization;
using System.Text.Json;

namespace CoreNode.Api.Client.Units;

/// <summary>The admin surface of units and machines, typed (/corenode/v1). Thread-safe.</summary>
public sealed class UnitsClient(ClientOptions options) : IDisposable
{
    private readonly V2Transport _transport = new(options);

    /// <summary>Units whose names match a pattern, in order of their names.</summary>
    public Task<AdminReply<UnitListing>> ListAsync(string pattern, CancellationToken cancellation) =>
        CallAsync(Get($"units?name={Escape(pattern)}"), UnitsJson.ParseUnits, cancellation);

    /// <summary>The same, as soon as something about them has changed after an index, or at the limit.</summary>
    public Task<AdminReply<UnitListing>> WaitAsync(
        string pattern, ulong after, TimeSpan limit, CancellationToken cancellation)
    {
        string query = string.Create(
            CultureInfo.InvariantCulture,
            $"units?name={Escape(pattern)}&after={after}&timeout={(long)limit.TotalMilliseconds}ms");
        return CallAsync(Get(query), UnitsJson.ParseUnits, cancellation);
    }

    /// <summary>One unit with its text; refused with 404 if there is none.</summary>
    public Task<AdminReply<ListedUnit>> GetAsync(string unit, CancellationToken cancellation) =>
        CallAsync(Get($"units/{Escape(unit)}"), UnitsJson.ParseUnit, cancellation);

    /// <summary>Makes and changes units, one after the other.</summary>
    public Task<AdminReply<SubmitResults>> SubmitAsync(
        IReadOnlyList<SubmittedUnit> units, bool isReplacing, CancellationToken cancellation) =>
        CallAsync(
            Send(HttpMethod.Post, "units", UnitsJson.WriteSubmission(units, isReplacing)),
            UnitsJson.ParseResults,
            cancellation);

    /// <summary>Destroys a unit.</summary>
    public Task<AdminReply<string>> DestroyAsync(string unit, CancellationToken cancellation) =>
        CallAsync(Send(HttpMethod.Delete, $"units/{Escape(unit)}", null), static _ => "", cancellation);

    /// <summary>Starts a unit anew wherever it is.</summary>
    public Task<AdminReply<string>> RestartAsync(string unit, CancellationToken cancellation) =>
        CallAsync(Send(HttpMethod.Post, $"units/{Escape(unit)}/restart", "{}"), static _ => "", cancellation);

    /// <summary>Has a template's new content go no further to its replicas.</summary>
    public Task<AdminReply<string>> PauseAsync(string template, string reason, CancellationToken cancellation) =>
        CallAsync(
            Send(HttpMethod.Put, $"units/{Escape(template)}/rollout", UnitsJson.WritePause(reason)),
            static _ => "",
            cancellation);

    /// <summary>Has it go on.</summary>
    public Task<AdminReply<string>> ResumeAsync(string template, CancellationToken cancellation) =>
        CallAsync(Send(HttpMethod.Delete, $"units/{Escape(template)}/rollout", null), static _ => "", cancellation);

    /// <summary>A unit as its machines see it now; an empty machine means all of them.</summary>
    public Task<AdminReply<UnitStatuses>> StatusAsync(string unit, string machine, CancellationToken cancellation)
    {
        string of = machine.Length == 0 ? "" : $"?machine={Escape(machine)}";
        return CallAsync(Get($"units/{Escape(unit)}/status{of}"), UnitsJson.ParseStatuses, cancellation);
    }

    /// <summary>Begins to read a unit's journal; an empty machine means all of them.</summary>
    public async Task<AdminReply<JournalStream>> JournalAsync(
        string unit, string machine, int lines, bool isFollowing, CancellationToken cancellation)
    {
        string query = string.Create(
            CultureInfo.InvariantCulture,
            $"units/{Escape(unit)}/journal?lines={lines}&follow={(isFollowing ? "true" : "false")}");
        if (machine.Length > 0)
            query += $"&machine={Escape(machine)}";
        (V2Stream? stream, V2Reply? reply) =
            await _transport.OpenAsync(Get(query) with { IsWatch = true }, cancellation);
        return stream is not null
            ? new AdminReply<JournalStream>.Done(new JournalStream(stream))
            : AdminAnswer.Read<JournalStream>(reply!, static _ => throw new JsonException("no stream"));
    }

    /// <summary>The machines in order of their ids.</summary>
    public Task<AdminReply<MachineListing>> ListMachinesAsync(CancellationToken cancellation) =>
        CallAsync(Get("machines"), UnitsJson.ParseMachines, cancellation);

    /// <summary>Takes a machine out of use.</summary>
    public Task<AdminReply<string>> CordonAsync(
        string machine, string reason, bool isDraining, CancellationToken cancellation) =>
        CallAsync(
            Send(HttpMethod.Put, $"machines/{Escape(machine)}/cordon", UnitsJson.WriteCordon(reason, isDraining)),
            static _ => "",
            cancellation);

    /// <summary>Takes it back into use.</summary>
    public Task<AdminReply<string>> UncordonAsync(string machine, CancellationToken cancellation) =>
        CallAsync(Send(HttpMethod.Delete, $"machines/{Escape(machine)}/cordon", null), static _ => "", cancellation);

    /// <summary>Changes a machine's metadata; a null value removes the key. It is fleet's call.</summary>
    public Task<AdminReply<string>> SetMetadataAsync(
        string machine, IReadOnlyList<KeyValuePair<string, string?>> changes, CancellationToken cancellation) =>
        CallAsync(
            new V2Request(HttpMethod.Patch, "/fleet/v1/machines", null)
            {
                Json = UnitsJson.WriteMetadata(machine, changes),
            },
            static _ => "",
            cancellation);

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private async Task<AdminReply<T>> CallAsync<T>(
        V2Request request, Func<byte[], T> read, CancellationToken cancellation)
        where T : class =>
        AdminAnswer.Read(await _transport.SendAsync(request, cancellation), read);

    private static V2Request Get(string path) => V2Request.Plain("/corenode/v1/" + path);

    private static V2Request Send(HttpMethod method, string path, string? json) =>
        new(method, "/corenode/v1/" + path, null) { Json = json };

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
