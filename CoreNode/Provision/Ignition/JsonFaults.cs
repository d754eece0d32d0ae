using System.Text.Json;
using CoreNode.Documents;

namespace CoreNode.Provision.Ignition;

/// <summary>Says in words of people why a text is no JSON.</summary>
internal static class JsonFaults
{
    /// <summary>What is wrong, with its place.</summary>
    public static DocumentException Explain(ReadOnlySpan<byte> text, JsonException broken)
    {
        int at = OffsetOf(text, broken.LineNumber ?? 0, broken.BytePositionInLine ?? 0);
        string reason = Reason(text, at);
        int cut = reason.IndexOf(": ", StringComparison.Ordinal);
        return cut < 0
            ? new DocumentException(reason, PlaceOf(text, at))
            : new DocumentException(reason[..cut], PlaceOf(text, at), reason[(cut + 2)..]);
    }

    /// <summary>Line and column of a byte, the column in characters.</summary>
    public static TextPlace PlaceOf(ReadOnlySpan<byte> text, int offset)
    {
        ReadOnlySpan<byte> before = text[..Math.Min(offset, text.Length)];
        int start = before.LastIndexOf((byte)'\n') + 1;
        int column = 1;
        foreach (byte one in before[start..])
            column += (one & 0xC0) != 0x80 ? 1 : 0;
        return new TextPlace(1 + before.Count((byte)'\n'), column);
    }

    private static string Reason(ReadOnlySpan<byte> text, int at)
    {
        if (text[Math.Min(at, text.Length)..].IndexOfAnyExcept(" \t\r\n"u8) < 0)
            return "the text ends too early: close what is open, the last with }";
        byte found = text[at];
        byte before = LastOf(text[..at]);
        if (before == ',' && found is (byte)'}' or (byte)']')
            return $"a comma before \"{(char)found}\", where nothing follows: delete it";
        return found switch
        {
            (byte)'/' => "JSON has no comments: delete it, or write Butane (YAML) and convert that",
            (byte)'#' => "\"#\" is no JSON: delete comments, and convert Butane (YAML) with butane",
            (byte)'\'' => "text stands in double quotes: write \" in place of this",
            < 0x20 => "a line break or control character within a text: write \\n, \\t or \\u00XX",
            (byte)'"' or (byte)'{' or (byte)'[' when before is not ((byte)',' or (byte)':') =>
                "a comma is missing before this: write it",
            >= (byte)'0' and <= (byte)'9' when before == '0' =>
                "a number has no 0 in front: modes are decimal in JSON, such as 420 for 0644",
            >= (byte)'a' and <= (byte)'z' or >= (byte)'A' and <= (byte)'Z' =>
                "keys and texts stand in double quotes: write them",
            >= 0x21 and < 0x7F => $"\"{(char)found}\" does not belong here: delete it, or look at the line before",
            _ => "this does not belong here: delete it",
        };
    }

    private static byte LastOf(ReadOnlySpan<byte> text)
    {
        int last = text.LastIndexOfAnyExcept(" \t\r\n"u8);
        return last < 0 ? (byte)0 : text[last];
    }

    private static int OffsetOf(ReadOnlySpan<byte> text, long line, long column)
    {
        int start = 0;
        for (long skipped = 0; skipped < line; skipped++)
        {
            int end = text[start..].IndexOf((byte)'\n');
            if (end < 0)
                break;
            start += end + 1;
        }

        return (int)Math.Min(start + column, text.Length);
    }
}
