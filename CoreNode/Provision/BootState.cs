using System.Text.Json;

namespace CoreNode.Provision;

/// <summary>What of provisioning is remembered over boots. Immutable.</summary>
public sealed record BootState
{
    private const int Version = 1;

    /// <summary>Nothing was done yet.</summary>
    public static readonly BootState Fresh = new();

    /// <summary>When Ignition's configuration was applied whole; null: not yet, so this is the first boot.</summary>
    public DateTimeOffset? IgnitionAt { get; init; }

    /// <summary>Where it was from; empty: no source had one.</summary>
    public string IgnitionSource { get; init; } = "";

    /// <summary>SHA-256 of it in hex; empty: there was none.</summary>
    public string IgnitionHash { get; init; } = "";

    /// <summary>As a text: a JSON object with "version" 1.</summary>
    public byte[] Write()
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            if (IgnitionAt is { } at)
            {
                json.WriteString("ignitionAt", at);
                json.WriteString("ignitionSource", IgnitionSource);
                json.WriteString("ignitionHash", IgnitionHash);
            }

            json.WriteEndObject();
        }

        text.WriteByte((byte)'\n');
        return text.ToArray();
    }

    /// <summary>Out of a text; null: it is damaged, or a later version's.</summary>
    public static BootState? Read(ReadOnlyMemory<byte> text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            if (root.GetProperty("version").GetInt32() != Version)
                return null;
            return root.TryGetProperty("ignitionAt", out JsonElement at)
                ? new BootState
                {
                    IgnitionAt = at.GetDateTimeOffset(),
                    IgnitionSource = root.GetProperty("ignitionSource").GetString() ?? "",
                    IgnitionHash = root.GetProperty("ignitionHash").GetString() ?? "",
                }
                : Fresh;
        }
        catch (Exception damaged) when (damaged is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            return null;
        }
    }
}
