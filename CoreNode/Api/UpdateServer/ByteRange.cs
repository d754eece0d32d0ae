using System.Globalization;

namespace CoreNode.Api.UpdateServer;

/// <summary>
/// Which bytes of a file a request asks for (RFC 9110 §14): one range, or all of it. Several ranges, other units and
/// what is no range are answered with the whole file, as the standard allows. Pure.
/// </summary>
/// <param name="Kind">What it came to.</param>
/// <param name="From">First byte.</param>
/// <param name="Length">Bytes.</param>
internal readonly record struct ByteRange(ByteRangeKind Kind, long From, long Length)
{
    /// <summary>Reads a Range header; null or empty means the whole file.</summary>
    public static ByteRange Of(string? header, long size)
    {
        ByteRange whole = new(ByteRangeKind.Whole, 0, size);
        ReadOnlySpan<char> text = header.AsSpan().Trim();
        if (!text.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase))
            return whole;
        text = text[6..].Trim();
        int dash = text.IndexOf('-');
        if (dash < 0 || text.Contains(','))
            return whole;
        ReadOnlySpan<char> first = text[..dash].Trim();
        ReadOnlySpan<char> last = text[(dash + 1)..].Trim();
        bool hasFirst = TryRead(first, out long from);
        bool hasLast = TryRead(last, out long to);
        if ((first.Length > 0 && !hasFirst) || (last.Length > 0 && !hasLast) || (!hasFirst && !hasLast))
            return whole;
        if (!hasFirst)
        {
            long tail = Math.Min(to, size);
            return tail == 0 ? Beyond : new ByteRange(ByteRangeKind.Part, size - tail, tail);
        }

        if (hasLast && to < from)
            return whole;
        if (from >= size)
            return Beyond;
        long end = hasLast ? Math.Min(to, size - 1) : size - 1;
        return new ByteRange(ByteRangeKind.Part, from, end - from + 1);
    }

    private static ByteRange Beyond => new(ByteRangeKind.Beyond, 0, 0);

    // A number too large for the type is beyond every file.
    private static bool TryRead(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        if (text.IsEmpty || text.ContainsAnyExceptInRange('0', '9'))
            return false;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value))
            value = long.MaxValue;
        return true;
    }
}
