namespace CoreNode.Api.Wire;

/// <summary>Writes times as Go's RFC3339Nano in UTC: up to nine fraction digits, trailing zeros cut, "Z".</summary>
public static class Rfc3339
{
    /// <summary>Most bytes that a time takes.</summary>
    public const int MaxLength = 30;

    private const long NsPerSecond = 1_000_000_000;

    /// <summary>
    /// Writes nanoseconds since 1970 UTC, any value of the type (years 1677 to 2262); returns the bytes used. At least
    /// <see cref="MaxLength"/> bytes must be there.
    /// </summary>
    public static int Write(Span<byte> target, long unixNs)
    {
        long seconds = unixNs / NsPerSecond;
        long fraction = unixNs % NsPerSecond;
        if (fraction < 0)
        {
            fraction += NsPerSecond;
            seconds--;
        }

        DateTime time = DateTime.UnixEpoch.AddSeconds(seconds);
        Digits(target, time.Year, 4);
        target[4] = (byte)'-';
        Digits(target[5..], time.Month, 2);
        target[7] = (byte)'-';
        Digits(target[8..], time.Day, 2);
        target[10] = (byte)'T';
        Digits(target[11..], time.Hour, 2);
        target[13] = (byte)':';
        Digits(target[14..], time.Minute, 2);
        target[16] = (byte)':';
        Digits(target[17..], time.Second, 2);
        int at = 19;
        if (fraction != 0)
        {
            int digits = 9;
            for (; fraction % 10 == 0; fraction /= 10)
                digits--;
            target[at] = (byte)'.';
            Digits(target[(at + 1)..], (int)fraction, digits);
            at += digits + 1;
        }

        target[at] = (byte)'Z';
        return at + 1;
    }

    /// <summary>Nanoseconds since 1970 UTC of a time of our own clock, which ticks in steps of 100 ns.</summary>
    public static long ToUnixNs(DateTimeOffset time) => (time.UtcTicks - DateTime.UnixEpoch.Ticks) * 100;

    private static void Digits(Span<byte> target, int value, int count)
    {
        for (int i = count - 1; i >= 0; i--)
        {
            target[i] = (byte)('0' + value % 10);
            value /= 10;
        }
    }
}
