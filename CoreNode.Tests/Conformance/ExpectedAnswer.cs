using System.Text.Json.Nodes;

namespace CoreNode.Tests.Conformance;

/// <summary>Holds an answer against a recorded one and names the first place where they differ.</summary>
internal static class ExpectedAnswer
{
    /// <summary>
    /// Null if the answer is as recorded. An empty expectation (a step that only starts a watch) fits all.
    /// </summary>
    public static string? Difference(JsonObject expected, JsonObject actual)
    {
        if (expected.Count == 0)
            return null;
        // Where only the head was awaited, how much of the body had come by then says nothing.
        bool isHeadOnly = (string?)(expected["body"] as JsonValue) == "<any>";
        foreach (string part in (string[])["status", "trailing_newline", .. isHeadOnly ? [] : (string[])["open"]])
        {
            if (!JsonNode.DeepEquals(expected[part], actual[part]))
                return $"{part}: expected {Text(expected[part])}, got {Text(actual[part])}";
        }
        foreach ((string name, JsonNode? value) in expected["headers_subset"]!.AsObject())
        {
            JsonObject headers = actual["headers_subset"]!.AsObject();
            if (!headers.TryGetPropertyValue(name, out JsonNode? got) || !Matches(value, got))
                return $"header {name}: expected {Text(value)}, got {Text(got)}";
        }
        return Matches(expected["body"], actual["body"])
            ? null
            : $"body: expected {Text(expected["body"])}\n     got      {Text(actual["body"])}";
    }

    private static bool Matches(JsonNode? expected, JsonNode? actual)
    {
        if (expected is JsonValue value && value.TryGetValue(out string? text))
        {
            if (text == "<any>")
                return true;
            if (text == "<int>" && actual is not null && actual.ToString().All(char.IsAsciiDigit))
                return true;
        }
        if (expected is JsonObject members && actual is JsonObject others)
        {
            return members.Count == others.Count
                && members.All(m => others.TryGetPropertyValue(m.Key, out JsonNode? other) && Matches(m.Value, other));
        }
        if (expected is JsonArray items && actual is JsonArray gotItems)
            return items.Count == gotItems.Count && items.Zip(gotItems).All(pair => Matches(pair.First, pair.Second));
        return JsonNode.DeepEquals(expected, actual);
    }

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "nothing";
}
