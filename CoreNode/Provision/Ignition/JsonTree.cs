using System.Text;
using System.Text.Json;
using CoreNode.Documents;

namespace CoreNode.Provision.Ignition;

/// <summary>
/// JSON (RFC 8259) as a tree in which each node knows its line and column. Strict: no comments, no comma at an end, no
/// key twice; and bounded in size, depth and number of nodes before anything is built.
/// </summary>
public static class JsonTree
{
    /// <summary>Most bytes of a text.</summary>
    public const int MostBytes = 4 << 20;

    /// <summary>Most values of a text.</summary>
    public const int MostNodes = 200_000;

    /// <summary>How deep values may stand within each other.</summary>
    public const int MostDepth = 64;

    /// <summary>The tree.</summary>
    /// <exception cref="DocumentException">It is no JSON, or too much of it; with the place.</exception>
    public static DocumentNode Parse(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MostBytes)
        {
            throw new DocumentException(
                $"the text has {json.Length} bytes, and {MostBytes} are the most", new TextPlace(1, 1),
                "fetch large files by contents.source");
        }

        // A mark of byte order is what some editors begin a text with.
        ReadOnlySpan<byte> text = json.Span.StartsWith("\uFEFF"u8) ? json.Span[3..] : json.Span;
        RequireUtf8(text);
        JsonReaderOptions options = new() { MaxDepth = MostDepth + 1, CommentHandling = JsonCommentHandling.Disallow };
        Utf8JsonReader reader = new(text, options);
        JsonComposer composer = new();
        try
        {
            if (text.IndexOfAnyExcept(" \t\r\n"u8) < 0)
            {
                throw new DocumentException(
                    "the text is empty", new TextPlace(1, 1), "write { \"ignition\": { \"version\": \"3.5.0\" } }");
            }

            reader.Read();
            DocumentNode root = composer.Node(text, ref reader);
            int end = (int)reader.BytesConsumed;
            int rest = text[end..].IndexOfAnyExcept(" \t\r\n"u8);
            return rest < 0
                ? root
                : throw new DocumentException(
                    "nothing may follow the end", JsonFaults.PlaceOf(text, end + rest), "delete it");
        }
        catch (JsonException broken)
        {
            throw JsonFaults.Explain(text, broken);
        }
    }

    private static void RequireUtf8(ReadOnlySpan<byte> text)
    {
        if (System.Text.Unicode.Utf8.IsValid(text))
            return;
        int at = 0;
        while (Rune.DecodeFromUtf8(text[at..], out _, out int used) == System.Buffers.OperationStatus.Done)
            at += used;
        throw new DocumentException(
            $"byte {text[at]:x2} is not UTF-8", JsonFaults.PlaceOf(text, at), "store the text as UTF-8");
    }
}
