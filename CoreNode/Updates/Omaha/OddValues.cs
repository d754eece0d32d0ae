using System.Globalization;

namespace CoreNode.Updates.Omaha;

/// <summary>
/// Reads values out of attributes. What is odd and can be done without is noted and left out: a hint that cannot be
/// read must not keep a machine from an update.
/// </summary>
internal sealed class OddValues
{
    private readonly List<string> _notes = [];

    /// <summary>What was odd.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>The first value that could not be done without; null if all are there.</summary>
    public string? FirstFault { get; private set; }

    /// <summary>"true" or "1", as the clients and servers write it.</summary>
    public static bool IsTrue(string? text) =>
        text is not null && (text.Trim() is "1" || text.Trim().Equals("true", StringComparison.OrdinalIgnoreCase));

    /// <summary>A number, at least <paramref name="least"/>; null if it is absent or none.</summary>
    public int? Number(MarkupElement element, string attribute, int least = int.MinValue)
    {
        if (element[attribute] is not { } text || text.Length == 0)
            return null;
        if (TryRead(text, out long value) && value >= least && value <= int.MaxValue)
            return (int)value;
        _notes.Add($"{Place(element, attribute)} is \"{ForeignWords.Shown(text, 40)}\", no number that makes sense: "
            + "ignored");
        return null;
    }

    /// <summary>A number that must be there.</summary>
    public int Needed(MarkupElement element, string attribute)
    {
        if (TryRead(element[attribute] ?? "", out long value) && value is >= 0 and <= int.MaxValue)
            return (int)value;
        FirstFault ??= $"{Place(element, attribute)} is no number";
        return 0;
    }

    /// <summary>
    /// An event's error code. Flags stand in the highest bits, and clients have written it with a sign and without.
    /// </summary>
    public uint? ErrorCode(MarkupElement element)
    {
        if (element["errorcode"] is not { } text || text.Length == 0)
            return null;
        if (TryRead(text, out long value) && value is >= int.MinValue and <= uint.MaxValue)
            return unchecked((uint)value);
        _notes.Add($"{Place(element, "errorcode")} is \"{ForeignWords.Shown(text, 40)}\", no error code: ignored");
        return null;
    }

    /// <summary>A moment in UTC.</summary>
    public DateTimeOffset? Moment(MarkupElement element, string attribute)
    {
        if (element[attribute] is not { } text)
            return null;
        const DateTimeStyles Style = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (DateTimeOffset.TryParseExact(
            text, "yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture, Style, out DateTimeOffset moment))
            return moment;
        _notes.Add($"{Place(element, attribute)} is \"{ForeignWords.Shown(text, 40)}\", no time: ignored");
        return null;
    }

    private static bool TryRead(string text, out long value) => long.TryParse(
        text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
        CultureInfo.InvariantCulture, out value);

    private static string Place(MarkupElement element, string attribute) => string.Create(
        CultureInfo.InvariantCulture, $"{attribute} of <{element.Name}> in line {element.Line}");
}
