using CoreNode.Documents;
using YamlDotNet.Core;

namespace CoreNode.Yaml;

/// <summary>
/// YAML text to a tree with places, by YamlDotNet's parser: one document, each key once, anchors, aliases and merge
/// keys (`&lt;&lt;`) honoured. Depth, number of nodes and size are bounded, and what an alias stands for counts each
/// time, so that walking the tree costs no more than the limits say. Holds no state: any thread.
/// </summary>
public static class YamlTree
{
    /// <summary>Most lists and maps in each other.</summary>
    public const int DepthLimit = 64;

    /// <summary>Most values, keys, lists and maps, counting what aliases stand for.</summary>
    public const int NodeLimit = 200_000;

    /// <summary>Most characters of a text, and of all values with what aliases stand for.</summary>
    public const int SizeLimit = 4 << 20;

    /// <summary>Reads one document; null: there is nothing in it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="places">Where a place of it is in the text that its author wrote; null: there too.</param>
    /// <exception cref="DocumentException">No YAML, a key twice, more than the limits, or a foreign tag.</exception>
    public static DocumentNode? Parse(string text, Func<TextPlace, TextPlace>? places = null)
    {
        places ??= static place => place;
        if (text.Length > SizeLimit)
        {
            throw new DocumentException(
                $"the text has {text.Length} characters, at most {SizeLimit} are read", new TextPlace(1, 1),
                "fetch large files by a unit");
        }

        if (text.StartsWith('\uFEFF'))
            text = text[1..];
        YamlCharacters.Check(text, places);
        YamlComposer composer = new(new Parser(new StringReader(text)), places);
        try
        {
            return composer.Read();
        }
        catch (YamlException fault)
        {
            DocumentException told = YamlFaults.Explain(fault, text);
            throw new DocumentException(told.What, places(told.Place), told.Advice);
        }
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException or OverflowException
            or FormatException or IndexOutOfRangeException or NullReferenceException)
        {
            // The parser's own slips on texts that are no YAML: the text is to blame, not the program.
            throw new DocumentException(
                "this is no YAML from about here on", composer.Place, "is a bracket or a quote opened and not closed?");
        }
    }
}
