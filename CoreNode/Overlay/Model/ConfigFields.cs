using System.Text.Json;

namespace CoreNode.Overlay.Model;

/// <summary>Fields of one JSON object; what is of another kind than it should be is added to the problems.</summary>
internal sealed class ConfigFields(JsonElement fields, string path, List<ConfigProblem> problems)
{
    public void Complain(string name, string reason) => problems.Add(new ConfigProblem(path + name, reason));

    public bool Flag(string name, bool otherwise)
    {
        JsonElement value = Find(name);
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.ValueKind == JsonValueKind.True;
        if (value.ValueKind != JsonValueKind.Undefined)
            Complain(name, $"{value.GetRawText()} is neither true nor false");
        return otherwise;
    }

    public string? Text(string name) => Text(name, "");

    /// <summary>A text; where there is none <paramref name="missing"/>, if not empty, is the complaint.</summary>
    public string? Text(string name, string missing)
    {
        JsonElement value = Find(name);
        if (value.ValueKind == JsonValueKind.String)
            return value.GetString();
        if (value.ValueKind != JsonValueKind.Undefined)
            Complain(name, $"{value.GetRawText()} is no text in quotes");
        else if (missing.Length > 0)
            Complain(name, missing);
        return null;
    }

    /// <summary>A whole number; what is out of bounds is complained about, and null.</summary>
    public int? Number(string name, int otherwise, int min, int max)
    {
        JsonElement value = Find(name);
        if (value.ValueKind == JsonValueKind.Undefined)
            return otherwise;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number)
            && number >= min && number <= max)
            return number;
        Complain(name, $"{value.GetRawText()} is no whole number from {min} to {max}");
        return null;
    }

    public ConfigFields? Object(string name)
    {
        JsonElement value = Find(name);
        if (value.ValueKind == JsonValueKind.Object)
            return new ConfigFields(value, $"{path}{name}.", problems);
        if (value.ValueKind != JsonValueKind.Undefined)
            Complain(name, "is no JSON object, such as {\"Type\":\"vxlan\"}");
        return null;
    }

    /// <summary>An object, or null for whatever else is there.</summary>
    public ConfigFields? Optional(string name)
    {
        JsonElement value = Find(name);
        return value.ValueKind == JsonValueKind.Object ? new ConfigFields(value, $"{path}{name}.", problems) : null;
    }

    // The last one of a name counts, as in Go; null is as good as nothing.
    private JsonElement Find(string name)
    {
        JsonElement found = default;
        foreach (JsonProperty field in fields.EnumerateObject())
        {
            if (field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
                && field.Value.ValueKind != JsonValueKind.Null)
                found = field.Value;
        }

        return found;
    }
}
