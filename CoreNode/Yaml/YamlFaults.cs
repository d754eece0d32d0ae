using CoreNode.Documents;
using YamlDotNet.Core;

namespace CoreNode.Yaml;

/// <summary>
/// What the parser says, in words for people who do not know its grammar: mostly an indentation, a tab or a colon.
/// </summary>
internal static class YamlFaults
{
    private const int TabLines = 20;
    private const string MissingColon = "a key without a colon behind it: \"key: value\", with a space";

    /// <summary>A place as the parser tells it.</summary>
    public static TextPlace PlaceOf(Mark mark) =>
        new((int)Math.Clamp(mark.Line, 1, int.MaxValue), (int)Math.Clamp(mark.Column, 1, int.MaxValue));

    /// <summary>The fault with its place, and what to do where that can be seen.</summary>
    public static DocumentException Explain(YamlException fault, string text)
    {
        TextPlace place = PlaceOf(fault.Start);
        bool isTab = Says(fault.Message, " tab ");
        for (int number = Math.Max(1, place.Line - 1); number <= place.Line + (isTab ? TabLines : 0); number++)
        {
            // Faults are told where what they are about begins: a tab may stand some lines below.
            ReadOnlySpan<char> near = LineOf(text, number);
            int tab = near[..^near.TrimStart().Length].IndexOf('\t');
            if (tab >= 0 && near.TrimStart().Length > 0)
            {
                return new DocumentException(
                    "a tab indents this line", new TextPlace(number, tab + 1), "YAML takes spaces only");
            }
        }

        string meaning = Meaning(fault.Message, LineOf(text, place.Line), place);
        int cut = meaning.IndexOf(": ", StringComparison.Ordinal);
        return cut < 0
            ? new DocumentException(meaning, place)
            : new DocumentException(meaning[..cut], place, meaning[(cut + 2)..]);
    }

    private static string Meaning(string message, ReadOnlySpan<char> line, TextPlace place)
    {
        string start = line.Length >= place.Column ? line[place.Column - 1].ToString() : "";
        int indent = line.Length - line.TrimStart().Length;
        return message switch
        {
            _ when Says(message, "block mapping, did not find expected key") && !line.Contains(':') =>
                MissingColon,
            _ when Says(message, "block mapping, did not find expected key")
                || Says(message, "expected '-' indicator") =>
                $"this line, indented by {indent} spaces, goes on with nothing before it: give it as many spaces as "
                + "the lines that it belongs to",
            _ when Says(message, "Mapping values are not allowed") || Says(message, "invalid mapping") =>
                "a colon within a value, or a line that is indented too far: put the value in quotes, or give the line "
                + "as many spaces as those beside it",
            _ when Says(message, "could not find expected ':'") =>
                MissingColon,
            _ when Says(message, "cannot start any token") =>
                $"nothing can begin with {start} without quotes: put the value in quotes",
            _ when Says(message, "sequence entries are not allowed") =>
                "a list cannot begin on this line: put it on the next one, indented",
            _ when Says(message, "quoted scalar, found unexpected")
                || Says(message, "quoted scalar, found wrong indentation") =>
                "a quote is opened here and never closed: close it",
            _ when Says(message, "anchor or alias") =>
                "* and & begin the name of an alias: put the value in quotes",
            _ when Says(message, "unknown escape") =>
                "in double quotes a backslash begins an escape, and this is none: write it twice, or use single quotes",
            _ when Says(message, "Reached the end of the stream") || Says(message, "expected ',' or") =>
                "a bracket is opened and not closed, or a comma is missing: close it, or put the value in quotes",
            _ => Plain(message),
        };
    }

    private static string Plain(string message)
    {
        string text = message.TrimEnd('.');
        return text.Length == 0 ? "this is no YAML" : char.ToLowerInvariant(text[0]) + text[1..];
    }

    private static bool Says(string message, string words) =>
        message.Contains(words, StringComparison.OrdinalIgnoreCase);

    private static ReadOnlySpan<char> LineOf(string text, int number)
    {
        ReadOnlySpan<char> rest = text;
        for (int line = 1; line < number; line++)
        {
            int end = rest.IndexOf('\n');
            if (end < 0)
                return [];
            rest = rest[(end + 1)..];
        }

        int length = rest.IndexOfAny('\n', '\r');
        return number < 1 ? [] : length < 0 ? rest : rest[..length];
    }
}
