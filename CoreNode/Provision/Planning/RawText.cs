using System.Text;

namespace CoreNode.Provision.Planning;

/// <summary>
/// Texts of system files as they are edited here: one character is one byte (Latin-1), so that what is not touched
/// stays byte for byte even where it is no UTF-8.
/// </summary>
internal static class RawText
{
    /// <summary>A file's bytes as such a text.</summary>
    public static string Of(ReadOnlyMemory<byte> bytes) => Encoding.Latin1.GetString(bytes.Span);

    /// <summary>A text of ours as such a text.</summary>
    public static string Of(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>Such a text as bytes.</summary>
    public static byte[] Bytes(string raw) => Encoding.Latin1.GetBytes(raw);

    /// <summary>Its lines without their ends; nothing behind the last end.</summary>
    public static List<string> Lines(string raw)
    {
        List<string> lines = [.. raw.Split('\n')];
        if (lines[^1].Length == 0)
            lines.RemoveAt(lines.Count - 1);
        return lines;
    }

    /// <summary>Lines as a text, each with its end.</summary>
    public static string Join(List<string> lines)
    {
        StringBuilder text = new();
        foreach (string line in lines)
            text.Append(line).Append('\n');
        return text.ToString();
    }
}
