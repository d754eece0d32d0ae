using System.Buffers;
using System.Text;
using System.Text.Json;

namespace CoreNode.Updates.Applying.Worker;

/// <summary>
/// What job and lines have in common: one JSON object a line, with the version of the protocol and a kind.
/// </summary>
internal static class WorkerText
{
    /// <summary>Both sides are the same executable, except while that is being replaced.</summary>
    public const int Version = 1;

    private const string VersionField = "protocol";
    private const string KindField = "kind";

    /// <summary>One object; the fields are written by the caller.</summary>
    public static string Write(string kind, Action<Utf8JsonWriter> fields)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter writer = new(bytes))
        {
            writer.WriteStartObject();
            writer.WriteNumber(VersionField, Version);
            writer.WriteString(KindField, kind);
            fields(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>
    /// Reads one object by the function, which gets its kind; null and why for what is none of this version.
    /// </summary>
    public static T? TryRead<T>(string line, Func<string, JsonElement, T?> read, out string? complaint)
        where T : class
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            int version = root.GetProperty(VersionField).GetInt32();
            complaint = $"version {version} of the worker's protocol is not known here; {Version} is";
            if (version != Version)
                return null;
            string kind = root.GetProperty(KindField).GetString() ?? "";
            T? value = read(kind, root);
            complaint = value is null ? $"the worker's protocol has nothing that is called \"{kind}\"" : null;
            return value;
        }
        catch (Exception bad) when (bad is JsonException or KeyNotFoundException or FormatException
            or InvalidOperationException or OverflowException)
        {
            complaint = $"no line of the worker's protocol: {bad.Message}";
            return null;
        }
    }

    /// <summary>A text field; empty if it is missing.</summary>
    public static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement field) ? field.GetString() ?? "" : "";

    /// <summary>A number; 0 if it is missing.</summary>
    public static long Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement field) ? field.GetInt64() : 0;

    /// <summary>A counter; 0 if it is missing.</summary>
    public static ulong Counter(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement field) ? field.GetUInt64() : 0;

    /// <summary>Yes or no; no if it is missing.</summary>
    public static bool Flag(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement field) && field.GetBoolean();
}
