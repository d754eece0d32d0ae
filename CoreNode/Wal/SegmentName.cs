using System.Globalization;
using CoreNode.Foundation;

namespace CoreNode.Wal;

/// <summary>
/// A segment's place in the log, as its file name says it: <c>SEQUENCE-FIRSTINDEX.wal</c>, both as 16 hex digits, so
/// that names sort as the log runs. Sequence counts from 1 without gaps; every entry from the first index on was
/// written in this segment or a later one.
/// </summary>
internal readonly record struct SegmentName(ulong Sequence, LogIndex FirstIndex)
{
    public const string Extension = ".wal";

    private const int Digits = 16;

    public string FileName =>
        string.Create(CultureInfo.InvariantCulture, $"{Sequence:x16}-{FirstIndex.Value:x16}{Extension}");

    public static bool TryParse(string fileName, out SegmentName name)
    {
        name = default;
        if (fileName.Length != 2 * Digits + 1 + Extension.Length || fileName[Digits] != '-'
            || !fileName.EndsWith(Extension, StringComparison.Ordinal)
            || !TryHex(fileName.AsSpan(0, Digits), out ulong sequence)
            || !TryHex(fileName.AsSpan(Digits + 1, Digits), out ulong first))
        {
            return false;
        }

        name = new SegmentName(sequence, new LogIndex(first));
        return name.FileName == fileName;
    }

    private static bool TryHex(ReadOnlySpan<char> text, out ulong value) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
}
