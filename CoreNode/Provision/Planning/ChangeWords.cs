using System.Globalization;
using System.Text;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Planning;

/// <summary>A change in words: what is shown of it, for people and for programs.</summary>
internal static class ChangeWords
{
    private const int MaxShownBytes = 128 * 1024;

    /// <summary>What is done: create, replace, chmod, link, remove, start …</summary>
    public static string Action(Change change) => change switch
    {
        PutFile put => put.Before.Kind == PathKind.Absent ? "create" : "replace",
        PutFolder => "mkdir",
        PutLink { IsHard: true } => "hard-link",
        PutLink => "link",
        RemovePath => "remove",
        SetAttributes set => set.User == set.Before.User && set.Group == set.Before.Group ? "chmod" : "chown",
        SetHostname => "hostname",
        UnitWork { Verb: null } => "daemon-reload",
        UnitWork { Verb: { } verb } => WorkStage.Word(verb),
        RunScript => "run",
        _ => throw new ArgumentOutOfRangeException(nameof(change), change.GetType().Name, "no such change"),
    };

    /// <summary>What it becomes: mode and owner, where a link leads; "" where there is nothing to add.</summary>
    public static string Details(Change change) => change switch
    {
        PutFile put => Owner(put.Mode, put.User, put.Group),
        PutFolder put => Owner(put.Mode, put.User, put.Group),
        PutLink put => "-> " + Safe(put.Target),
        SetAttributes set => $"{Owner(set.Before.Mode, set.Before.User, set.Before.Group)} -> "
            + Owner(set.Mode, set.User, set.Group),
        SetHostname set => "was " + Safe(set.Before),
        _ => "",
    };

    /// <summary>The hunks of a file's diff, or in one line in parentheses why there are none.</summary>
    public static string Diff(PutFile put)
    {
        if (put.IsSecret)
            return "(secret)";
        long before = put.Before.Kind == PathKind.File ? put.Before.Length : 0;
        ReadOnlyMemory<byte> old = put.Before.Kind == PathKind.File ? put.Before.Content ?? default : default;
        string sizes = string.Create(CultureInfo.InvariantCulture, $"{before} bytes -> {put.Content.Length} bytes");
        if (Math.Max(before, put.Content.Length) > MaxShownBytes || old.Length != before)
            return $"(large: {sizes})";
        if (Text(old) is not { } oldText || Text(put.Content) is not { } text)
            return $"(binary: {sizes})";
        string hunks = LineDiff.Hunks(oldText, text);
        return hunks.Length == 0 ? "(empty)" : hunks;
    }

    /// <summary>A mode as four octal digits.</summary>
    public static string Octal(int mode) => Convert.ToString(mode, 8).PadLeft(4, '0');

    /// <summary>A text without what a terminal would obey.</summary>
    public static string Safe(string text)
    {
        StringBuilder safe = new();
        foreach (char c in text)
            safe.Append(char.IsControl(c) || IsDirection(c) ? '?' : c);
        return safe.ToString();
    }

    private static string Owner(int mode, uint user, uint group) =>
        string.Create(CultureInfo.InvariantCulture, $"{Octal(mode)} {user}:{group}");

    // Null for what is no text, or holds what a terminal would obey.
    private static string? Text(ReadOnlyMemory<byte> bytes)
    {
        string text = Encoding.UTF8.GetString(bytes.Span);
        foreach (char c in text)
        {
            if (c == '\uFFFD' || IsDirection(c) || (char.IsControl(c) && c is not ('\t' or '\n' or '\r')))
                return null;
        }

        string rest = text.Replace("\r\n", "\n", StringComparison.Ordinal);
        return rest.Contains('\r', StringComparison.Ordinal) ? null : text;
    }

    // Marks that turn the direction of writing around make a text look like another.
    private static bool IsDirection(char c) => c is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069';
}
