using System.Globalization;
using System.Text.Json;
using CoreNode.Windows;

namespace CoreNode.Updates.Rollout;

/// <summary>One value of a policy's JSON with its place; what it is not is noted as a fault.</summary>
internal sealed class PolicyValue(string name, JsonElement json, List<string> faults)
{
    /// <summary>Its place, as "waves[1].percent".</summary>
    public string Name { get; } = name;

    public bool IsNull => json.ValueKind == JsonValueKind.Null;

    public bool Flag(bool usual)
    {
        if (json.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return json.ValueKind == JsonValueKind.True;
        IsWrong("true or false");
        return usual;
    }

    public int Whole()
    {
        if (json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out int value))
            return value;
        IsWrong("a whole number");
        return 1;
    }

    public double Number()
    {
        if (json.ValueKind == JsonValueKind.Number && json.TryGetDouble(out double value))
            return value;
        IsWrong("a number");
        return 0;
    }

    public string Text()
    {
        if (json.ValueKind == JsonValueKind.String)
            return json.GetString()!;
        IsWrong("a text");
        return "";
    }

    public TimeSpan Duration()
    {
        if (json.ValueKind == JsonValueKind.String && DurationText.Parse(json.GetString()!) is { } value)
            return value;
        IsWrong("a duration, as \"1d12h\", \"45m\"");
        return TimeSpan.Zero;
    }

    public IEnumerable<PolicyValue> Items()
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            IsWrong("a list");
            yield break;
        }

        int index = 0;
        foreach (JsonElement item in json.EnumerateArray())
        {
            string place = string.Create(CultureInfo.InvariantCulture, $"{Name}[{index++}]");
            yield return new PolicyValue(place, item, faults);
        }
    }

    public IEnumerable<PolicyValue> Parts()
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            IsWrong("an object");
            yield break;
        }

        foreach (JsonProperty part in json.EnumerateObject())
            yield return new PolicyValue($"{Name}.{part.Name}", part.Value, faults);
    }

    public void IsUnknown() => faults.Add($"{Name} is not known: see the list of keys in docs/update-server.md");

    public void IsWrong(string wanted) => faults.Add($"{Name} must be {wanted}");
}
