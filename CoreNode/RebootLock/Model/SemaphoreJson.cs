using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CoreNode.RebootLock.Model;

/// <summary>
/// The semaphore's value as text, byte for byte as Go's encoding/json writes locksmith's type. What is not exactly such
/// a value is refused: whoever else writes there means something by it. Pure.
/// </summary>
public static class SemaphoreJson
{
    /// <summary>Writes it.</summary>
    public static string Write(SemaphoreValue value)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{{\"semaphore\":{value.Free},\"max\":{value.Max},\"holders\":");
        if (value.HasNoList)
            return text.Append("null}").ToString();
        text.Append('[');
        for (int i = 0; i < value.Holders.Count; i++)
        {
            text.Append(i > 0 ? "," : "");
            AppendString(text, value.Holders[i]);
        }

        return text.Append("]}").ToString();
    }

    /// <summary>Reads it; null and what is wrong for anything else.</summary>
    public static SemaphoreValue? Read(string text, out string problem)
    {
        problem = "";
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return ReadObject(document.RootElement, ref problem);
        }
        catch (Exception wrong) when (wrong is JsonException or ArgumentException)
        {
            // The latter where the text itself has half a character.
            problem = "it is no JSON";
            return null;
        }
        catch (InvalidOperationException)
        {
            problem = "a holder is half a character";
            return null;
        }
    }

    private static SemaphoreValue? ReadObject(JsonElement root, ref string problem)
    {
        if (root.ValueKind != JsonValueKind.Object)
            return Refuse("it is no object", out problem);
        (int? free, int? max, string[]? holders) = (null, null, null);
        foreach (JsonProperty field in root.EnumerateObject())
        {
            switch (field.Name)
            {
                case "semaphore":
                    free = Number(field.Value);
                    break;
                case "max":
                    max = Number(field.Value);
                    break;
                case "holders":
                    if (!TryReadHolders(field.Value, out holders))
                        return Refuse("\"holders\" is no list of ids", out problem);
                    break;
                default:
                    return Refuse($"\"{field.Name}\" is not known", out problem);
            }
        }

        if (free is null || max is null)
            return Refuse("\"semaphore\" and \"max\" are not both whole numbers", out problem);
        SemaphoreValue value = new(max.Value, holders);
        for (int i = 1; i < value.Holders.Count; i++)
        {
            if (SemaphoreValue.Compare(value.Holders[i - 1], value.Holders[i]) >= 0)
                return Refuse("its holders are not in order, or one is there twice", out problem);
        }

        return (long)max.Value - value.Holders.Count == free.Value
            ? value
            : Refuse("\"semaphore\" is not \"max\" less the holders", out problem);
    }

    private static SemaphoreValue? Refuse(string reason, out string problem)
    {
        problem = reason;
        return null;
    }

    private static int? Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : null;

    private static bool TryReadHolders(JsonElement value, out string[]? holders)
    {
        holders = null;
        if (value.ValueKind == JsonValueKind.Null)
            return true;
        if (value.ValueKind != JsonValueKind.Array)
            return false;
        List<string> found = [];
        foreach (JsonElement one in value.EnumerateArray())
        {
            if (one.ValueKind != JsonValueKind.String || one.GetString() is not { Length: > 0 } id)
                return false;
            found.Add(id);
        }

        holders = [.. found];
        return true;
    }

    // Go also escapes what HTML and JavaScript would take for something else.
    private static void AppendString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (Rune rune in value.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '"' or '\\':
                    text.Append('\\').Append((char)rune.Value);
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case '\r':
                    text.Append("\\r");
                    break;
                case '\t':
                    text.Append("\\t");
                    break;
                case < ' ' or '<' or '>' or '&' or 0x2028 or 0x2029:
                    text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
                    break;
                default:
                    text.Append(rune.ToString());
                    break;
            }
        }

        text.Append('"');
    }
}
