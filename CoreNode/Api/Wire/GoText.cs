using System.Buffers;
using System.Globalization;
using System.Text;

namespace CoreNode.Api.Wire;

/// <summary>How Go reads and prints booleans, numbers, quotes and durations where clients see it.</summary>
internal static class GoText
{
    private const long NsPerSecond = 1_000_000_000;

    /// <summary>strconv.ParseBool: 1 t T TRUE true True 0 f F FALSE false False.</summary>
    public static bool TryParseBool(ReadOnlySpan<byte> text, out bool value)
    {
        value = text.SequenceEqual("true"u8) || text.SequenceEqual("1"u8) || text.SequenceEqual("t"u8)
            || text.SequenceEqual("T"u8) || text.SequenceEqual("TRUE"u8) || text.SequenceEqual("True"u8);
        return value || text.SequenceEqual("false"u8) || text.SequenceEqual("0"u8) || text.SequenceEqual("f"u8)
            || text.SequenceEqual("F"u8) || text.SequenceEqual("FALSE"u8) || text.SequenceEqual("False"u8);
    }

    /// <summary>strconv.ParseUint in base 10: digits alone, any number of leading zeros.</summary>
    public static bool TryParseUInt64(ReadOnlySpan<byte> text, out ulong value)
    {
        value = 0;
        foreach (byte b in text)
        {
            uint digit = unchecked((uint)b - '0');
            if (digit > 9 || value > (ulong.MaxValue - digit) / 10)
                return false;
            value = value * 10 + digit;
        }

        return !text.IsEmpty;
    }

    /// <summary>strconv.Quote.</summary>
    public static string Quote(ReadOnlySpan<byte> text)
    {
        StringBuilder quoted = new("\"");
        while (!text.IsEmpty)
        {
            bool valid = Rune.DecodeFromUtf8(text, out Rune rune, out int used) == OperationStatus.Done;
            if (!valid)
            {
                used = 1;
                quoted.Append(CultureInfo.InvariantCulture, $"\\x{text[0]:x2}");
            }
            else
            {
                AppendQuoted(quoted, rune);
            }

            text = text[used..];
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>time.Duration.String: "1h2m3.5s", "1.5ms", "0s".</summary>
    public static string Duration(TimeSpan duration)
    {
        long ns = duration.Ticks * TimeSpan.NanosecondsPerTick;
        if (ns == 0)
            return "0s";
        if (Math.Abs(ns) < NsPerSecond)
        {
            return Math.Abs(ns) < 1_000
                ? string.Create(CultureInfo.InvariantCulture, $"{ns}ns")
                : Math.Abs(ns) < 1_000_000
                ? string.Create(CultureInfo.InvariantCulture, $"{ns / 1e3:0.###}µs")
                : string.Create(CultureInfo.InvariantCulture, $"{ns / 1e6:0.######}ms");
        }

        string sign = ns < 0 ? "-" : "";
        ns = Math.Abs(ns);
        long minutes = ns / (60 * NsPerSecond);
        decimal seconds = ns % (60 * NsPerSecond) / (decimal)NsPerSecond;
        string text = string.Create(CultureInfo.InvariantCulture, $"{seconds:0.#########}s");
        if (minutes > 0)
            text = string.Create(CultureInfo.InvariantCulture, $"{minutes % 60}m{text}");
        if (minutes >= 60)
            text = string.Create(CultureInfo.InvariantCulture, $"{minutes / 60}h{text}");
        return sign + text;
    }

    private static void AppendQuoted(StringBuilder quoted, Rune rune)
    {
        switch (rune.Value)
        {
            case '"' or '\\':
                quoted.Append('\\').Append(rune);
                break;
            case >= '\a' and <= '\r':
                quoted.Append('\\').Append("abtnvfr"[rune.Value - '\a']);
                break;
            case < 0x20 or 0x7F:
                quoted.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
                break;
            default:
                if (IsPrintable(rune))
                    quoted.Append(rune);
                else if (rune.Value < 0x10000)
                    quoted.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
                else
                    quoted.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
                break;
        }
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator);
}
