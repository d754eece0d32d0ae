using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CoreNode.RebootLock;

/// <summary>Notes about failed releases as text (docs/formats.md). Pure.</summary>
internal static class FailureJson
{
    private const int Version = 1;
    private const int LongestWhy = 1024;

    /// <summary>Writes one; what is too long of the reason is cut off.</summary>
    public static string Write(FailedRelease release)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteString("release", release.Version);
            json.WriteString("machine", release.Machine);
            json.WriteString(
                "at", release.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteString("why", release.Why.Length > LongestWhy ? release.Why[..LongestWhy] : release.Why);
            json.WriteBoolean("allowed", release.IsAllowed);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>Reads one; null for what is none that this version knows.</summary>
    public static FailedRelease? Read(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            if (root.GetProperty("version").GetInt32() != Version)
                return null;
            DateTimeOffset at = DateTimeOffset.Parse(
                Text(root, "at"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            return new FailedRelease(
                Text(root, "release"), Text(root, "machine"), at, Text(root, "why"),
                root.GetProperty("allowed").GetBoolean());
        }
        catch (Exception bad) when (bad is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static string Text(JsonElement root, string name) => root.GetProperty(name).GetString() ?? "";
}
