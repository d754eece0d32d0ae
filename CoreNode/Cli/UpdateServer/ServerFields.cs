using System.Globalization;
using System.Text.Json;
using CoreNode.Cli.Updates;

namespace CoreNode.Cli.UpdateServer;

/// <summary>
/// Reads what an update server told: what is missing is empty, so that older and newer servers are shown as well. Pure.
/// </summary>
internal static class ServerFields
{
    /// <summary>A text; empty without it.</summary>
    public static string Text(this JsonElement page, string name) =>
        Find(page, name) is { ValueKind: JsonValueKind.String } field ? field.GetString() ?? "" : "";

    /// <summary>A text for a table: a dash without it.</summary>
    public static string Cell(this JsonElement page, string name) =>
        page.Text(name) is { Length: > 0 } text ? text : "-";

    /// <summary>A whole number; 0 without it.</summary>
    public static long Number(this JsonElement page, string name) => page.NumberOr(name) ?? 0;

    /// <summary>A whole number; null without it.</summary>
    public static long? NumberOr(this JsonElement page, string name) =>
        Find(page, name) is { ValueKind: JsonValueKind.Number } field && field.TryGetInt64(out long number)
            ? number
            : null;

    /// <summary>A number; 0 without it.</summary>
    public static double Share(this JsonElement page, string name) =>
        Find(page, name) is { ValueKind: JsonValueKind.Number } field && field.TryGetDouble(out double number)
            ? number
            : 0;

    /// <summary>True only if it says so.</summary>
    public static bool Flag(this JsonElement page, string name) =>
        Find(page, name) is { ValueKind: JsonValueKind.True };

    /// <summary>A moment; null without it.</summary>
    public static DateTimeOffset? Moment(this JsonElement page, string name) => DateTimeOffset.TryParse(
        page.Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at)
        ? at
        : null;

    /// <summary>A moment for people, with how far it is; a dash without it.</summary>
    public static string When(this JsonElement page, string name, DateTimeOffset now) =>
        page.Moment(name) is { } at ? UpdateText.Moment(at.ToUnixTimeSeconds(), now) : "-";

    /// <summary>How long ago; a dash without it.</summary>
    public static string Ago(this JsonElement page, string name, DateTimeOffset now) => page.Moment(name) is { } at
        ? at <= now ? $"{UpdateText.Length(now - at)} ago" : $"in {UpdateText.Length(at - now)}"
        : "-";

    /// <summary>The elements of a list; none without it.</summary>
    public static JsonElement.ArrayEnumerator List(this JsonElement page, string name) =>
        Find(page, name) is { ValueKind: JsonValueKind.Array } field ? field.EnumerateArray() : default;

    /// <summary>An object; null without it.</summary>
    public static JsonElement? Part(this JsonElement page, string name) =>
        Find(page, name) is { ValueKind: JsonValueKind.Object } field ? field : null;

    /// <summary>Texts of a list with commas; empty without it.</summary>
    public static string Texts(this JsonElement page, string name)
    {
        List<string> texts = [];
        foreach (JsonElement one in page.List(name))
        {
            if (one.ValueKind == JsonValueKind.String)
                texts.Add(one.GetString() ?? "");
        }

        return string.Join(", ", texts);
    }

    /// <summary>"12.5 MB".</summary>
    public static string Bytes(long bytes) => bytes < 1000
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:f1} MB");

    private static JsonElement? Find(JsonElement page, string name) =>
        page.ValueKind == JsonValueKind.Object && page.TryGetProperty(name, out JsonElement field) ? field : null;
}
