using System.Text;
using System.Text.Json;
using CoreNode.Units.Model;

namespace CoreNode.Api.Client.Units;

/// <summary>
/// Reads and writes the bodies of /corenode/v1 about units and machines. Tolerant: unknown properties are skipped, what
/// is missing is empty.
/// </summary>
internal static class UnitsJson
{
    public static UnitListing ParseUnits(byte[] body)
    {
        using JsonDocument document = JsonDocument.Parse(body);
        JsonElement page = document.RootElement;
        return new UnitListing(Count(page, "index"), List(page, "units", ReadUnit), Raw(body));
    }

    public static ListedUnit ParseUnit(byte[] body)
    {
        using JsonDocument document = JsonDocument.Parse(body);
        return ReadUnit(document.RootElement);
    }

    public static MachineListing ParseMachines(byte[] body)
    {
        using JsonDocument document = JsonDocument.Parse(body);
        JsonElement page = document.RootElement;
        return new MachineListing(Count(page, "index"), List(page, "machines", ReadMachine), Raw(body));
    }

    public static SubmitResults ParseResults(byte[] body)
    {
        using JsonDocument document = JsonDocument.Parse(body);
        JsonElement page = document.RootElement;
        return new SubmitResults(Count(page, "index"), List(
            page, "results",
            static one => new SubmitResult(Text(one, "name"), Small(one, "status"), Text(one, "message"))));
    }

    public static UnitStatuses ParseStatuses(byte[] body)
    {
        using JsonDocument document = JsonDocument.Parse(body);
        return new UnitStatuses(List(document.RootElement, "machines", ReadStatus), Raw(body));
    }

    public static JournalLine? ParseLine(byte[] bytes)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            return ReadLine(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The message of an error; empty if the body is none of this surface.</summary>
    public static string ParseMessage(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            JsonElement page = document.RootElement;
            if (page.ValueKind != JsonValueKind.Object)
                return "";
            return page.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.Object
                ? Text(error, "message")
                : Text(page, "message");
        }
        catch (JsonException)
        {
            return "";
        }
    }

    public static string WriteSubmission(IReadOnlyList<SubmittedUnit> units, bool isReplacing) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("units");
        foreach (SubmittedUnit unit in units)
        {
            json.WriteStartObject();
            json.WriteString("name", unit.Name);
            if (unit.Options.Count > 0)
            {
                json.WriteStartArray("options");
                foreach (UnitOption option in unit.Options)
                    WriteOption(json, option);
                json.WriteEndArray();
            }

            if (unit.DesiredState.Length > 0)
                json.WriteString("desiredState", unit.DesiredState);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteBoolean("replace", isReplacing);
        json.WriteEndObject();
    });

    public static string WriteCordon(string reason, bool isDraining) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("reason", reason);
        json.WriteBoolean("drain", isDraining);
        json.WriteEndObject();
    });

    public static string WritePause(string reason) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("reason", reason);
        json.WriteEndObject();
    });

    /// <summary>fleet's patch of metadata (A.10): a null value removes the key.</summary>
    public static string WriteMetadata(string machine, IReadOnlyList<KeyValuePair<string, string?>> changes) =>
        Write(json =>
        {
            json.WriteStartArray();
            foreach (KeyValuePair<string, string?> change in changes)
            {
                json.WriteStartObject();
                json.WriteString("op", change.Value is null ? "remove" : "add");
                json.WriteString("path", $"/{machine}/metadata/{change.Key}");
                json.WriteStartObject("value");
                json.WriteString("value", change.Value ?? "");
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });

    public static void WriteOption(Utf8JsonWriter json, UnitOption option)
    {
        json.WriteStartObject();
        json.WriteString("section", option.Section);
        json.WriteString("name", option.Name);
        json.WriteString("value", option.Value);
        json.WriteEndObject();
    }

    public static string Write(Action<Utf8JsonWriter> write)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
            write(json);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    public static List<T> List<T>(JsonElement page, string name, Func<JsonElement, T> read)
        where T : class
    {
        List<T> items = [];
        if (!page.TryGetProperty(name, out JsonElement list) || list.ValueKind != JsonValueKind.Array)
            return items;
        foreach (JsonElement one in list.EnumerateArray())
            items.Add(read(one));
        return items;
    }

    public static List<UnitOption> ReadOptions(JsonElement unit)
    {
        List<UnitOption> options = [];
        if (!unit.TryGetProperty("options", out JsonElement list) || list.ValueKind != JsonValueKind.Array)
            return options;
        foreach (JsonElement one in list.EnumerateArray())
            options.Add(new UnitOption(Text(one, "section"), Text(one, "name"), Text(one, "value")));
        return options;
    }

    public static string Text(JsonElement page, string name) =>
        page.TryGetProperty(name, out JsonElement field) && field.ValueKind == JsonValueKind.String
            ? field.GetString()! : "";

    private static ListedUnit ReadUnit(JsonElement unit) => new()
    {
        Name = Text(unit, "name"),
        Hash = Text(unit, "hash"),
        DesiredState = Text(unit, "desiredState"),
        CurrentState = Text(unit, "currentState"),
        IsGlobal = Flag(unit, "isGlobal"),
        IsSingleton = Flag(unit, "isSingleton"),
        Replicas = Small(unit, "replicas"),
        IsRolling = Flag(unit, "isRolling"),
        OutdatedReplicas = Small(unit, "outdatedReplicas"),
        Rollout = Text(unit, "rollout"),
        RolloutReason = Text(unit, "rolloutReason"),
        Target = Text(unit, "target"),
        Reason = Text(unit, "reason"),
        IsStaying = Flag(unit, "isStaying"),
        Description = Text(unit, "description"),
        Machines = List(unit, "machines", static one => new UnitPlace(
            Text(one, "id"), Text(one, "ip"), Text(one, "load"), Text(one, "active"), Text(one, "sub"),
            Text(one, "result"), Text(one, "since"))),
        Options = ReadOptions(unit),
        Json = unit.GetRawText(),
    };

    private static ListedMachine ReadMachine(JsonElement machine)
    {
        SortedDictionary<string, string> metadata = new(StringComparer.Ordinal);
        if (machine.TryGetProperty("metadata", out JsonElement pairs) && pairs.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty pair in pairs.EnumerateObject())
                metadata[pair.Name] = pair.Value.GetString() ?? "";
        }

        return new ListedMachine
        {
            Id = Text(machine, "id"),
            Ip = Text(machine, "ip"),
            Metadata = metadata,
            Version = Text(machine, "version"),
            Cordon = Text(machine, "cordon"),
            CordonReason = Text(machine, "cordonReason"),
            Units = Small(machine, "units"),
            MemoryBytes = Number(machine, "memoryBytes"),
            MemoryReserved = Number(machine, "memoryReserved"),
            CpuMillis = Small(machine, "cpuMillis"),
            CpuReserved = Small(machine, "cpuReserved"),
            Json = machine.GetRawText(),
        };
    }

    private static UnitStatus ReadStatus(JsonElement one) => new()
    {
        Id = Text(one, "id"),
        Ip = Text(one, "ip"),
        Load = Text(one, "load"),
        Active = Text(one, "active"),
        Sub = Text(one, "sub"),
        Result = Text(one, "result"),
        MainPid = Small(one, "mainPid"),
        ExitStatus = Small(one, "exitStatus"),
        Since = Text(one, "since"),
        Restarts = Small(one, "restarts"),
        MemoryBytes = Number(one, "memoryBytes"),
        CpuSeconds = one.TryGetProperty("cpuSeconds", out JsonElement seconds)
            && seconds.ValueKind == JsonValueKind.Number ? seconds.GetDouble() : 0,
        Lines = List(one, "lines", ReadLine),
        Error = Text(one, "error"),
    };

    private static JournalLine ReadLine(JsonElement line) => new(
        Text(line, "time"), Text(line, "message"), Small(line, "priority"), Text(line, "identifier"),
        Small(line, "pid"), Text(line, "machine"), Text(line, "error"), line.GetRawText());

    private static ulong Count(JsonElement page, string name) =>
        page.TryGetProperty(name, out JsonElement field) && field.ValueKind == JsonValueKind.Number
            && field.TryGetUInt64(out ulong number) ? number : 0;

    private static long Number(JsonElement page, string name) =>
        page.TryGetProperty(name, out JsonElement field) && field.ValueKind == JsonValueKind.Number
            && field.TryGetInt64(out long number) ? number : 0;

    private static int Small(JsonElement page, string name) =>
        (int)Math.Clamp(Number(page, name), int.MinValue, int.MaxValue);

    private static bool Flag(JsonElement page, string name) =>
        page.TryGetProperty(name, out JsonElement field) && field.ValueKind == JsonValueKind.True;

    private static string Raw(byte[] body) => Encoding.UTF8.GetString(body).TrimEnd('\n');
}
