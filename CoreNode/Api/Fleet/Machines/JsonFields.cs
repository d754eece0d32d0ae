using System.Text.Json;

namespace CoreNode.Api.Fleet.Machines;

/// <summary>Walks the fields of one JSON object, tolerantly, for what machines tell each other.</summary>
internal static class JsonFields
{
    /// <summary>
    /// Goes to the value of the next field, at first into the object; false at its end. The caller reads or skips it.
    /// </summary>
    public static bool Next(ref Utf8JsonReader json, out string name)
    {
        name = "";
        if (!json.Read())
            return false;
        if (json.TokenType == JsonTokenType.StartObject && json.CurrentDepth == 0 && !json.Read())
            return false;
        if (json.TokenType == JsonTokenType.EndObject)
            return false;
        if (json.TokenType != JsonTokenType.PropertyName)
            throw new JsonException("no object");
        name = json.GetString() ?? "";
        return json.Read();
    }

    /// <summary>True for what a reader throws at bytes that are not what was expected.</summary>
    public static bool IsBad(Exception fault) =>
        fault is JsonException or InvalidOperationException or FormatException;
}
