namespace CoreNode.Foundation;

/// <summary>
/// Unsigned LEB128 for lengths and positions: seven bits a byte, lowest first, high bit set on all but the last.
/// </summary>
public static class Leb128
{
    /// <summary>Most bytes that a length takes.</summary>
    public const int MaxLength = 5;

    /// <summary>Most bytes that a 64-bit value takes.</summary>
    public const int MaxLength64 = 10;

    /// <summary>Bytes that <paramref name="value"/> takes.</summary>
    public static int Length(int value)
    {
        int length = 1;
        for (uint v = (uint)value; v >= 0x80; v >>= 7)
            length++;
        return length;
    }

    /// <summary>Writes a non-negative value; returns the bytes used.</summary>
    public static int Write(Span<byte> target, int value)
    {
        uint v = (uint)value;
        int at = 0;
        while (v >= 0x80)
        {
            target[at++] = (byte)(v & 0x7F | 0x80);
            v >>= 7;
        }

        target[at++] = (byte)v;
        return at;
    }

    /// <summary>Reads a value; false if it is cut off or does not fit a non-negative int.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out int value, out int used)
    {
        ulong v = 0;
        value = 0;
        used = 0;
        while (used < source.Length && used < MaxLength)
        {
            byte b = source[used];
            v |= (ulong)(b & 0x7F) << (7 * used);
            used++;
            if (b >= 0x80)
                continue;
            if (v > int.MaxValue)
                return false;
            value = (int)v;
            return true;
        }

        return false;
    }

    /// <summary>Writes a 64-bit value in at most ten bytes; returns the bytes used.</summary>
    public static int Write(Span<byte> target, ulong value)
    {
        int at = 0;
        while (value >= 0x80)
        {
            target[at++] = (byte)(value & 0x7F | 0x80);
            value >>= 7;
        }

        target[at++] = (byte)value;
        return at;
    }

    /// <summary>Reads a 64-bit value; false if it is cut off or does not fit.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out ulong value, out int used)
    {
        value = 0;
        used = 0;
        while (used < source.Length)
        {
            byte b = source[used];
            if (used == MaxLength64 - 1 && b > 1)
                return false;
            value |= (ulong)(b & 0x7F) << (7 * used);
            used++;
            if (b < 0x80)
                return true;
        }

        return false;
    }
}
