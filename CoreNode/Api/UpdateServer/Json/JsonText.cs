using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using CoreNode.Api.Wire;

namespace CoreNode.Api.UpdateServer.Json;

/// <summary>How answers of the update server are written: values by their own writers, moments in one form.</summary>
internal static class JsonText
{
    // Nothing of it is ever put into a page as markup, so only what JSON itself wants is escaped.
    private static readonly JsonWriterOptions s_options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>One value.</summary>
    public static JsonBuffer Of<T>(T value, Action<Utf8JsonWriter, T> write)
        where T : class
    {
        JsonBuffer text = new(1024);
        using Utf8JsonWriter json = new(text, s_options);
        write(json, value);
        json.Flush();
        return text;
    }

    /// <summary>An object whose only member is a list.</summary>
    public static JsonBuffer Of<T>(string name, IReadOnlyList<T> values, Action<Utf8JsonWriter, T> write)
        where T : class
    {
        JsonBuffer text = new(4096);
        using Utf8JsonWriter json = new(text, s_options);
        json.WriteStartObject();
        List(json, name, values, write);
        json.WriteEndObject();
        json.Flush();
        return text;
    }

    /// <summary>A member that is a list.</summary>
    public static void List<T>(
        Utf8JsonWriter json, string name, IReadOnlyList<T> values, Action<Utf8JsonWriter, T> write)
        where T : class
    {
        json.WriteStartArray(name);
        foreach (T value in values)
            write(json, value);
        json.WriteEndArray();
    }

    /// <summary>A member that is a list of texts.</summary>
    public static void List(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    /// <summary>A moment, to the second; null for none, and for the least one, which means never.</summary>
    public static void Moment(Utf8JsonWriter json, string name, DateTimeOffset? moment)
    {
        if (moment is { } at && at > DateTimeOffset.MinValue)
            json.WriteString(name, at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        else
            json.WriteNull(name);
    }

    /// <summary>A whole number, or null.</summary>
    public static void Number(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } value)
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }
}
