using System.Text.Json;
using CoreNode.Updates.Desk;

namespace CoreNode.Hosting.Reboots.Doctor;

/// <summary>What a machine says of itself, as JSON (docs/formats.md).</summary>
internal static class ReportJson
{
    /// <summary>The longest answer that is read.</summary>
    public const int MaxBytes = 64 << 10;

    /// <summary>Writes it.</summary>
    public static byte[] Write(MachineReport report)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("version", 1);
            json.WriteString("machine", report.Machine);
            json.WriteString("name", report.Name);
            json.WriteString("program", report.Program);
            json.WriteString("release", report.Release);
            json.WriteString("group", report.Group);
            json.WriteStartArray("findings");
            foreach (UpdateFinding one in report.Findings)
            {
                json.WriteStartObject();
                json.WriteString("level", UpdateFinding.Words[(int)one.Level]);
                json.WriteString("what", one.What);
                json.WriteString("text", one.Text);
                json.WriteString("advice", one.Advice);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    /// <summary>Reads it; null if it is none. What is unknown is skipped.</summary>
    public static MachineReport? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            JsonElement page = document.RootElement;
            if (page.ValueKind != JsonValueKind.Object
                || !page.TryGetProperty("findings", out JsonElement list) || list.ValueKind != JsonValueKind.Array)
                return null;
            List<UpdateFinding> findings = [];
            foreach (JsonElement one in list.EnumerateArray())
            {
                findings.Add(new UpdateFinding(
                    Level(Text(one, "level")), Text(one, "what"), Text(one, "text"), Text(one, "advice")));
            }

            return new MachineReport(
                Text(page, "machine"), Text(page, "name"), Text(page, "program"), Text(page, "release"),
                Text(page, "group"), findings);
        }
        catch (Exception bad) when (bad is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    // A word of a later version is at least worth a look.
    private static UpdateFindingLevel Level(string word) => word switch
    {
        "ok" => UpdateFindingLevel.Ok,
        "problem" => UpdateFindingLevel.Problem,
        _ => UpdateFindingLevel.Warning,
    };

    private static string Text(JsonElement page, string name) =>
        page.TryGetProperty(name, out JsonElement field) ? field.GetString() ?? "" : "";
}
