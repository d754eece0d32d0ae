using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace CoreNode.Boot.Model;

/// <summary>
/// What a kernel said before it stopped, from the records that it left in the machine's firmware (pstore): each a piece
/// of its log under a line such as "Panic#2 Part3", the first part being the end of the log.
/// </summary>
/// <param name="Reason">What it stopped for; null if it says of no stop.</param>
/// <param name="Text">All pieces, oldest first.</param>
public sealed partial record KernelLastWords(string? Reason, string Text)
{
    private const string Stopped = "Kernel panic - not syncing: ";

    /// <summary>Of these records, in any order; null of none.</summary>
    public static KernelLastWords? Of(IReadOnlyList<string> records)
    {
        if (records.Count == 0)
            return null;
        List<(int Crash, int Part, string Text)> pieces = [];
        foreach (string record in records)
        {
            Match head = HeadLine().Match(record);
            pieces.Add(head.Success
                ? (Number(head.Groups["crash"]), Number(head.Groups["part"]), record[head.Length..].TrimStart('\n'))
                : (0, 0, record));
        }

        pieces.Sort(static (one, other) => one.Crash != other.Crash
            ? one.Crash.CompareTo(other.Crash)
            : other.Part.CompareTo(one.Part));
        StringBuilder text = new();
        foreach ((_, _, string piece) in pieces)
            text.Append(piece).Append(piece.EndsWith('\n') ? "" : "\n");
        string whole = text.ToString();
        int at = whole.LastIndexOf(Stopped, StringComparison.Ordinal);
        return new KernelLastWords(at < 0 ? null : FirstLine(whole[(at + Stopped.Length)..]), whole);
    }

    private static string FirstLine(string text) => text[..text.IndexOf('\n', StringComparison.Ordinal)].Trim();

    private static int Number(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^[A-Za-z]+#(?<crash>[0-9]{1,6}) Part(?<part>[0-9]{1,6})\n?")]
    private static partial Regex HeadLine();
}
