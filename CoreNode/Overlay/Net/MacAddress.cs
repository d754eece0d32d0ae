using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CoreNode.Overlay.Net;

/// <summary>The hardware address of a network device: 48 bits. Immutable.</summary>
/// <param name="Value">The six bytes, the first one highest.</param>
public sealed record MacAddress(ulong Value)
{
    /// <summary>How many bytes it has.</summary>
    public const int ByteCount = 6;

    private const int TextLength = ByteCount * 3 - 1;

    // IEEE 802: the two lowest bits of the first byte say "not given by a manufacturer" and "for a group".
    private const ulong LocalBit = 0x02_00_00_00_00_00;
    private const ulong GroupBit = 0x01_00_00_00_00_00;
    private const ulong AllBits = 0xff_ff_ff_ff_ff_ff;

    /// <summary>True if one device can have it: neither all zeros nor an address of a group.</summary>
    public bool IsOfDevice => Value != 0 && (Value & GroupBit) == 0;

    /// <summary>An address that nobody's manufacturer gave, of 46 bits of chance.</summary>
    public static MacAddress Local(ulong chance) => new((chance & AllBits & ~GroupBit) | LocalBit);

    /// <summary>Of the first six bytes.</summary>
    public static MacAddress FromBytes(ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        foreach (byte one in bytes[..ByteCount])
            value = (value << 8) | one;
        return new MacAddress(value);
    }

    /// <summary>Reads "36:06:b5:2a:67:f2"; false if it is not one.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out MacAddress? mac)
    {
        mac = null;
        if (text.Length != TextLength)
            return false;
        ulong value = 0;
        for (int i = 0; i < TextLength; i += 3)
        {
            bool isByte = byte.TryParse(
                text.Slice(i, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte one);
            if (!isByte || (i + 2 < TextLength && text[i + 2] != ':'))
                return false;
            value = (value << 8) | one;
        }

        mac = new MacAddress(value);
        return true;
    }

    /// <summary>Reads "36:06:b5:2a:67:f2".</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static MacAddress Parse(string text) =>
        TryParse(text, out MacAddress? mac) ? mac : throw new FormatException($"'{text}' is no hardware address");

    /// <summary>Its six bytes, the first one first.</summary>
    public byte[] GetBytes()
    {
        byte[] bytes = new byte[ByteCount];
        for (int i = 0; i < ByteCount; i++)
            bytes[i] = (byte)((Value >> (8 * (ByteCount - 1 - i))) & 0xff);
        return bytes;
    }

    /// <summary>As 36:06:b5:2a:67:f2.</summary>
    public override string ToString() => string.Join(':', Array.ConvertAll(GetBytes(), static one => $"{one:x2}"));

    /// <summary>Of its bytes.</summary>
    public override int GetHashCode() => Value.GetHashCode();
}
