using System.Text.Json;

namespace CoreNode.Foundation;

/// <summary>Arrays of strings in JSON.</summary>
public static class JsonTexts
{
    /// <summary>The strings of an array; null counts as empty.</summary>
    /// <exception cref="InvalidOperationException">It is no array, or something else than strings is in it.</exception>
    public static List<string> Of(JsonElement array)
    {
        List<string> texts = [];
        foreach (JsonElement one in array.EnumerateArray())
            texts.Add(one.GetString() ?? "");
        return texts;
    }
}
