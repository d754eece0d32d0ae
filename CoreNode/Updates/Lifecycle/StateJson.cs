using System.Text.Json;

namespace CoreNode.Updates.Lifecycle;

/// <summary>Reads fields of a state file: unknown ones are skipped, missing ones have their first value.</summary>
internal sealed class StateJson(JsonElement element)
{
    /// <summary>A text; empty if missing.</summary>
    public string Text(string name) => Text(name, "");

    /// <summary>A text, or what it is if missing.</summary>
    public string Text(string name, string otherwise) =>
        element.TryGetProperty(name, out JsonElement field) ? field.GetString() ?? otherwise : otherwise;

    /// <summary>True if there is such a field.</summary>
    public bool Has(string name) => element.TryGetProperty(name, out _);

    /// <summary>A number, or what it is if missing.</summary>
    public int Number(string name, int otherwise = 0) =>
        element.TryGetProperty(name, out JsonElement field) ? field.GetInt32() : otherwise;

    /// <summary>A long number; 0 if missing.</summary>
    public long Long(string name) => element.TryGetProperty(name, out JsonElement field) ? field.GetInt64() : 0;

    /// <summary>A counter; 0 if missing.</summary>
    public ulong Unsigned(string name) => element.TryGetProperty(name, out JsonElement field) ? field.GetUInt64() : 0;

    /// <summary>Yes or no; no if missing.</summary>
    public bool Flag(string name) => element.TryGetProperty(name, out JsonElement field) && field.GetBoolean();

    /// <summary>A moment of the wall clock; null if missing.</summary>
    public DateTimeOffset? Time(string name) =>
        element.TryGetProperty(name, out JsonElement field) ? field.GetDateTimeOffset() : null;

    /// <summary>A duration in milliseconds; zero if missing.</summary>
    public TimeSpan Milliseconds(string name)
    {
        long value = Long(name);
        return value is >= 0 and < 1L << 48
            ? TimeSpan.FromTicks(value * TimeSpan.TicksPerMillisecond)
            : throw new FormatException($"{name} is out of bounds");
    }

    /// <summary>The place of a name in a list; the first if missing.</summary>
    public int Name(string name, IReadOnlyList<string> names)
    {
        string text = Text(name, names[0]);
        for (int i = 0; i < names.Count; i++)
        {
            if (names[i] == text)
                return i;
        }

        throw new FormatException($"{name} is \"{text}\", which this version does not know");
    }

    /// <summary>An object; null if missing.</summary>
    public StateJson? Object(string name) =>
        element.TryGetProperty(name, out JsonElement field) ? new StateJson(field) : null;

    /// <summary>The items of a list; none if missing.</summary>
    public List<T> Items<T>(string name, Func<StateJson, T> read)
        where T : class
    {
        List<T> items = [];
        if (!element.TryGetProperty(name, out JsonElement field))
            return items;
        foreach (JsonElement item in field.EnumerateArray())
            items.Add(read(new StateJson(item)));
        return items;
    }

    /// <summary>The element itself as a text.</summary>
    public string Itself() => element.GetString() ?? "";
}
