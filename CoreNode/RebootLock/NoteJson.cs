using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CoreNode.Foundation;

namespace CoreNode.RebootLock;

/// <summary>Notes about holders as text (docs/formats.md). Pure.</summary>
internal static class NoteJson
{
    private const int Version = 1;
    private const int LongestReason = 1024;

    /// <summary>Writes one; what is too long of a reason is cut off.</summary>
    /// <param name="holder">Whom it is about.</param>
    /// <param name="note">What it says.</param>
    /// <param name="hold">Index of a semaphore in which it holds the lock.</param>
    public static string Write(string holder, HolderNote note, StoreIndex hold)
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
            {
                json.WriteString("releaseAt", Text(end));
                json.WriteNumber("hold", hold.Value);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>Reads one; null for what is none that this version knows.</summary>
    public static HolderNote? Read(string text, out string holder, out StoreIndex hold)
    {
        holder = "";
        hold = StoreIndex.Zero;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            if (root.GetProperty("version").GetInt32() != Version)
                return null;
            holder = root.GetProperty("holder").GetString() ?? "";
            DateTimeOffset? end = root.TryGetProperty("releaseAt", out JsonElement at) ? Time(at) : null;
            if (end is not null && root.TryGetProperty("hold", out JsonElement index))
                hold = new StoreIndex(index.GetUInt64());
            return new HolderNote(
                Time(root.GetProperty("since")), root.GetProperty("reason").GetString() ?? "", end);
        }
        catch (Exception bad) when (bad is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>A moment as notes have it.</summary>
    public static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Reads a moment; null if it is none.</summary>
    public static DateTimeOffset? Moment(string? text) =>
        DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;

    private static DateTimeOffset Time(JsonElement text) =>
        DateTimeOffset.Parse(text.GetString() ?? "", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
