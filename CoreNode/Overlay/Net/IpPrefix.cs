using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace CoreNode.Overlay.Net;

/// <summary>
/// An address with the length of its network, as 10.1.2.0/24 or fd00:1::/64. Bits behind the length stay: 10.1.2.3/24
/// is an address in a network. Immutable.
/// </summary>
/// <param name="Address">IPv4 or IPv6.</param>
/// <param name="Length">Leading bits that are the network: 0 to 32 or 128.</param>
public sealed record IpPrefix(IPAddress Address, int Length)
{
    private const int ByteBits = 8;
    private const int LongestBytes = 16;

    /// <summary>True for IPv6.</summary>
    public bool IsIPv6 => IsOfIPv6(Address);

    /// <summary>How many bits an address of this family has.</summary>
    public int MostBits => IsIPv6 ? 128 : 32;

    /// <summary>The network of it: all bits behind the length are 0.</summary>
    public IpPrefix Network
    {
        get
        {
            byte[] bytes = Address.GetAddressBytes();
            for (int i = 0; i < bytes.Length; i++)
                bytes[i] &= MaskByte(i);
            return new IpPrefix(new IPAddress(bytes), Length);
        }
    }

    /// <summary>The mask as bytes of an address: 255.255.255.0 for 24.</summary>
    public byte[] MaskBytes()
    {
        byte[] mask = new byte[MostBits / ByteBits];
        for (int i = 0; i < mask.Length; i++)
            mask[i] = MaskByte(i);
        return mask;
    }

    /// <summary>True if the address is of this family and in the network.</summary>
    public bool Contains(IPAddress address)
    {
        byte[] own = Address.GetAddressBytes();
        byte[] other = address.GetAddressBytes();
        if (own.Length != other.Length)
            return false;
        for (int i = 0; i < own.Length; i++)
        {
            if (((own[i] ^ other[i]) & MaskByte(i)) != 0)
                return false;
        }

        return true;
    }

    /// <summary>True if the two have an address in common.</summary>
    public bool Overlaps(IpPrefix other) =>
        Length <= other.Length ? Contains(other.Address) : other.Contains(Address);

    /// <summary>True for an IPv6 address.</summary>
    public static bool IsOfIPv6(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[LongestBytes];
        return address.TryWriteBytes(bytes, out int written) && written == LongestBytes;
    }

    /// <summary>Reads "10.1.2.0/24"; false if it is not one.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out IpPrefix? prefix)
    {
        prefix = null;
        int slash = text.IndexOf('/');
        if (slash < 0 || !IPAddress.TryParse(text[..slash], out IPAddress? address)
            || !int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int length))
            return false;

        // "10.1/16" and "1" are addresses for .NET; nobody means them here.
        bool isWhole = IsOfIPv6(address) || text[..slash].Count('.') == 3;
        IpPrefix read = new(address, length);
        if (!isWhole || length > read.MostBits)
            return false;
        prefix = read;
        return true;
    }

    /// <summary>Reads "10.1.2.0/24".</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static IpPrefix Parse(string text) =>
        TryParse(text, out IpPrefix? prefix) ? prefix : throw new FormatException($"'{text}' is no network");

    /// <summary>As 10.1.2.0/24.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Address}/{Length}");

    /// <summary>Of address and length.</summary>
    public override int GetHashCode() => Address.GetHashCode() ^ Length;

    private byte MaskByte(int index) => (byte)((0xff00 >> Math.Clamp(Length - index * ByteBits, 0, ByteBits)) & 0xff);
}
