using System.Text.Json;
using CoreNode.Documents;

namespace CoreNode.Provision.Ignition;

/// <summary>Makes nodes of what a reader finds, and keeps count of lines. For one text.</summary>
internal sealed class JsonComposer
{
    // From how many keys on a set finds one that comes twice.
    private const int FewKeys = 12;

    private int _nodes;
    private int _offset;
    private int _line = 1;
    private int _column = 1;

    /// <summary>The value at which the reader stands; afterwards it stands at its end.</summary>
    public DocumentNode Node(ReadOnlySpan<byte> text, ref Utf8JsonReader reader)
    {
        TextPlace place = Advance(text, (int)reader.TokenStartIndex);
        if (++_nodes > JsonTree.MostNodes)
        {
            throw new DocumentException(
                $"more than {JsonTree.MostNodes} values, which is the most", place,
                "take it apart by ignition.config.merge");
        }

        if (reader.CurrentDepth >= JsonTree.MostDepth
            && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            throw new DocumentException(
                $"values within values more than {JsonTree.MostDepth} deep", place,
                "Ignition has nothing so deep: look for an object too many");
        }

        return reader.TokenType switch
        {
            JsonTokenType.StartObject => Map(text, ref reader, place),
            JsonTokenType.StartArray => List(text, ref reader, place),
            JsonTokenType.String => new ScalarNode(Text(ref reader, place), ScalarForm.Quoted, place),
            JsonTokenType.Number => new ScalarNode(Raw(ref reader), ScalarForm.Number, place),
            JsonTokenType.True or JsonTokenType.False => new ScalarNode(Raw(ref reader), ScalarForm.Switch, place),
            _ => new ScalarNode("null", ScalarForm.Null, place),
        };
    }

    private ListNode List(ReadOnlySpan<byte> text, ref Utf8JsonReader reader, TextPlace place)
    {
        List<DocumentNode> items = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            items.Add(Node(text, ref reader));
        return new ListNode(items, place);
    }

    private MapNode Map(ReadOnlySpan<byte> text, ref Utf8JsonReader reader, TextPlace place)
    {
        List<MapEntry> entries = [];
        HashSet<string>? seen = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            TextPlace at = Advance(text, (int)reader.TokenStartIndex);
            string key = Text(ref reader, at);
            if (entries.Count == FewKeys)
            {
                seen = new HashSet<string>(StringComparer.Ordinal);
                foreach (MapEntry entry in entries)
                    seen.Add(entry.Key);
            }

            if (seen?.Add(key) != true && First(entries, key) is { } first)
            {
                throw new DocumentException(
                    $"the key \"{Short(key)}\" is there twice, first at {first.Place}", at, "delete one");
            }

            reader.Read();
            entries.Add(new MapEntry(key, at, Node(text, ref reader)));
        }

        return new MapNode(entries, place);
    }

    private static MapEntry? First(List<MapEntry> entries, string key)
    {
        foreach (MapEntry entry in entries)
        {
            if (entry.Key == key)
                return entry;
        }

        return null;
    }

    private static string Short(string key) => key.Length <= 60 ? key : key[..60] + "…";

    private static string Text(ref Utf8JsonReader reader, TextPlace place)
    {
        try
        {
            return reader.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            throw new DocumentException(
                "an escape in this text is half of a character (\\ud800 to \\udfff)", place,
                "write the character itself");
        }
    }

    private static string Raw(ref Utf8JsonReader reader) => System.Text.Encoding.UTF8.GetString(reader.ValueSpan);

    // Tokens come in order, so each byte is looked at once.
    private TextPlace Advance(ReadOnlySpan<byte> text, int offset)
    {
        for (; _offset < offset; _offset++)
        {
            if (text[_offset] == '\n')
                (_line, _column) = (_line + 1, 1);
            else if ((text[_offset] & 0xC0) != 0x80)
                _column++;
        }

        return new TextPlace(_line, _column);
    }
}
