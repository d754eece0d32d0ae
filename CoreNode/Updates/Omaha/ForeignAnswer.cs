using System.Text;

namespace CoreNode.Updates.Omaha;

/// <summary>Explains an answer that is not Omaha's by what it looks like; most are of something in between.</summary>
internal static class ForeignAnswer
{
    private const int ShownBytes = 80;

    /// <summary>One line on bytes that are no XML.</summary>
    public static string Explain(ReadOnlySpan<byte> body, MarkupFault fault)
    {
        // Only a broken character at the very end can come of the cut.
        string begin = Encoding.UTF8.GetString(body[..Math.Min(body.Length, ShownBytes)]);
        begin = begin.TrimStart('\uFEFF', ' ', '\r', '\n');
        if (LooksLikeHtml(begin))
            return $"the update server's answer is an HTML page: {Hint("html")}";
        string shown = ForeignWords.Shown(begin, ShownBytes);
        return $"the update server's answer cannot be read as XML, {fault}; it begins: {shown}";
    }

    /// <summary>What to do about a document with that root element.</summary>
    public static string Hint(string root) =>
        root.Equals("html", StringComparison.OrdinalIgnoreCase)
            ? "a proxy or a login page answered in its place, or SERVER= is not the Omaha path (…/v1/update/)"
            : "SERVER= is not the path of an Omaha server (…/v1/update/)";

    private static bool LooksLikeHtml(string begin) =>
        begin.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase)
        || begin.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
        || begin.StartsWith("<head", StringComparison.OrdinalIgnoreCase);
}
