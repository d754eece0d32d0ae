using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CoreNode.RebootLock;

/// <summary>Notes about holders as text (docs/formats.md). Pure.</summary>
internal static class NoteJson
{
    private const int Version = 1;
    private const int LongestReason = 1024;

    /// <summary>Writes one; what is too long of a reason is cut off.</summary>
    public static string Write(string holder, HolderNote note)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteString("holder", holder);
            json.WriteString("since", Text(note.Since));
            json.WriteString(
                "reason", note.Reason.Length > LongestReason ? note.Reason[..LongestReason] : note.Reason);
            if (note.ReleaseAt is { } end)
                json.WriteString("releaseAt", Text(end));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>Reads one; null for what is none that this version knows.</summary>
    public static HolderNote? Read(string text, out string holder)
    {
        holder = "";
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            if (root.GetProperty("version").GetInt32() != Version)
                return null;
            holder = root.GetProperty("holder").GetString() ?? "";
            DateTimeOffset? end = root.TryGetProperty("releaseAt", out JsonElement at) ? Time(at) : null;
            return new HolderNote(
                Time(root.GetProperty("since")), root.GetProperty("reason").GetString() ?? "", end);
        }
        catch (Exception bad) when (bad is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(JsonElement text) =>
        DateTimeOffset.Parse(text.GetString() ?? "", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
