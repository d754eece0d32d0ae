using System.Globalization;
using System.Text.Json;

namespace CoreNode.Units.Registry;

/// <summary>
/// Reads values of the registry: unknown fields are skipped, missing ones are empty, a field of another kind is
/// a damaged value.
/// </summary>
internal readonly ref struct RegistryJsonReader(JsonElement element)
{
    /// <summary>Reads an object; null where it is none or does not hold what it must.</summary>
    public static T? Read<T>(string value, Func<JsonElement, T?> read)
        where T : class
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(value);
            return document.RootElement.ValueKind == JsonValueKind.Object ? read(document.RootElement) : null;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
        catch (KeyNotFoundException)
        {
            return null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>A text; empty if missing or null.</summary>
    public string Text(string name) =>
        element.TryGetProperty(name, out JsonElement field) ? field.GetString() ?? "" : "";

    /// <summary>A number; 0 if missing.</summary>
    public long Number(string name) => element.TryGetProperty(name, out JsonElement field) ? field.GetInt64() : 0;

    /// <summary>A count; 0 if missing.</summary>
    public ulong Count(string name) => element.TryGetProperty(name, out JsonElement field) ? field.GetUInt64() : 0;

    /// <summary>A small number; 0 if missing.</summary>
    public int Small(string name) => element.TryGetProperty(name, out JsonElement field) ? field.GetInt32() : 0;

    /// <summary>Yes or no; null if missing.</summary>
    public bool? Flag(string name) => element.TryGetProperty(name, out JsonElement field) ? field.GetBoolean() : null;

    /// <summary>A moment; null if missing or odd.</summary>
    public DateTimeOffset? Time(string name) =>
        DateTimeOffset.TryParse(
            Text(name), CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time) ? time : null;

    /// <summary>A list of texts; empty if missing or null.</summary>
    public List<string> Texts(string name)
    {
        List<string> texts = [];
        if (!element.TryGetProperty(name, out JsonElement field) || field.ValueKind == JsonValueKind.Null)
            return texts;
        foreach (JsonElement item in field.EnumerateArray())
            texts.Add(item.GetString() ?? "");
        return texts;
    }

    /// <summary>Texts by name, in order of the names; empty if missing or null.</summary>
    public SortedDictionary<string, string> Map(string name)
    {
        SortedDictionary<string, string> map = new(StringComparer.Ordinal);
        if (!element.TryGetProperty(name, out JsonElement field) || field.ValueKind == JsonValueKind.Null)
            return map;
        foreach (JsonProperty item in field.EnumerateObject())
            map[item.Name] = item.Value.GetString() ?? "";
        return map;
    }
}
