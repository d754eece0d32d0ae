using System.Globalization;
using System.Text.Json;
using CoreNode.Windows;

namespace CoreNode.Api.UpdateServer.Rest;

/// <summary>
/// The members of a JSON object that somebody sent. A member of another kind than it should be, and in the end one that
/// nobody asked for, is told by its name: a typing error must not pass as "leave as it is". One thread.
/// </summary>
internal sealed class JsonFields : IDisposable
{
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 16 };

    private readonly JsonDocument _document;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    private JsonFields(JsonDocument document) => _document = document;

    /// <summary>Reads a body; an empty one is an object without members.</summary>
    /// <exception cref="RestException">It is no JSON object.</exception>
    public static JsonFields Parse(ReadOnlyMemory<byte> body)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body.Span.Trim(" \t\r\n"u8).IsEmpty ? "{}"u8.ToArray() : body, s_options);
        }
        catch (JsonException fault)
        {
            throw RestException.Invalid($"the body is no JSON: {fault.Message}");
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object)
            return new JsonFields(document);
        document.Dispose();
        throw RestException.Invalid("the body is no JSON object");
    }

    /// <summary>True if the member is there, also as null.</summary>
    public bool Has(string name)
    {
        _known.Add(name);
        return _document.RootElement.TryGetProperty(name, out _);
    }

    /// <summary>A string; null without it.</summary>
    public string? Text(string name)
    {
        if (Find(name) is not { } field)
            return null;
        return field.ValueKind == JsonValueKind.String
            ? field.GetString()
            : throw RestException.Invalid($"\"{name}\" is no text");
    }

    /// <summary>A string that must be there.</summary>
    public string NeededText(string name) =>
        Text(name) is { Length: > 0 } text ? text : throw RestException.Invalid($"\"{name}\" is needed");

    /// <summary>True or false; null without it.</summary>
    public bool? Flag(string name)
    {
        if (Find(name) is not { } field)
            return null;
        return field.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? field.ValueKind == JsonValueKind.True
            : throw RestException.Invalid($"\"{name}\" is neither true nor false");
    }

    /// <summary>A whole number; null without it.</summary>
    public long? Number(string name)
    {
        if (Find(name) is not { } field)
            return null;
        return field.ValueKind == JsonValueKind.Number && field.TryGetInt64(out long number)
            ? number
            : throw RestException.Invalid($"\"{name}\" is no whole number");
    }

    /// <summary>A moment as in answers, 2026-11-21T15:04:00Z; null without it.</summary>
    public DateTimeOffset? Moment(string name)
    {
        if (Text(name) is not { } text)
            return null;
        return RestCall.ReadMoment(text) ?? throw RestException.Invalid(
            $"\"{name}\" is no time such as 2026-11-21T15:04:00Z");
    }

    /// <summary>A time such as 2d12h; null without it.</summary>
    public TimeSpan? Duration(string name)
    {
        if (Text(name) is not { } text)
            return null;
        return DurationText.Parse(text) ?? throw RestException.Invalid($"\"{name}\" is no time such as 45m or 2d12h");
    }

    /// <summary>A number; null without it.</summary>
    public double? Share(string name)
    {
        if (Find(name) is not { } field)
            return null;
        return field.ValueKind == JsonValueKind.Number && field.TryGetDouble(out double number)
            ? number
            : throw RestException.Invalid($"\"{name}\" is no number");
    }

    /// <summary>An object's own JSON; null without it.</summary>
    public JsonElement? Object(string name)
    {
        if (Find(name) is not { } field)
            return null;
        return field.ValueKind == JsonValueKind.Object
            ? field
            : throw RestException.Invalid($"\"{name}\" is no object");
    }

    /// <summary>Complains about a member that nobody asked for.</summary>
    public void End()
    {
        foreach (JsonProperty one in _document.RootElement.EnumerateObject())
        {
            if (!_known.Contains(one.Name))
            {
                throw RestException.Invalid(string.Create(
                    CultureInfo.InvariantCulture,
                    $"\"{one.Name}\" is not known here; known are: {string.Join(", ", _known)}"));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _document.Dispose();

    private JsonElement? Find(string name)
    {
        _known.Add(name);
        return _document.RootElement.TryGetProperty(name, out JsonElement field)
            && field.ValueKind != JsonValueKind.Null ? field : null;
    }
}
