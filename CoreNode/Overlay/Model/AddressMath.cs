using System.Net;
using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Model;

/// <summary>Addresses of both families as numbers: what subnets are counted by. Pure.</summary>
public static class AddressMath
{
    /// <summary>True for four bytes.</summary>
    public static bool IsV4(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out int count) && count == 4;
    }

    /// <summary>Bits of an address of a family.</summary>
    public static int Bits(bool isV4) => isV4 ? 32 : 128;

    /// <summary>An address as a number.</summary>
    public static UInt128 Number(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int count);
        UInt128 number = UInt128.Zero;
        foreach (byte part in bytes[..count])
            number = (number << 8) | (UInt128)part;
        return number;
    }

    /// <summary>A number as an address.</summary>
    public static IPAddress Address(UInt128 number, bool isV4)
    {
        Span<byte> bytes = stackalloc byte[16];
        for (int index = 15; index >= 0; index--, number >>= 8)
            bytes[index] = (byte)(number & (UInt128)0xFFu);
        return new IPAddress(isV4 ? bytes[12..] : bytes);
    }

    /// <summary>How many addresses a prefix of that length has; for a length above zero.</summary>
    public static UInt128 Size(int length, bool isV4) => UInt128.One << (Bits(isV4) - length);

    /// <summary>An address moved on by a number of them, within its family.</summary>
    public static IPAddress Plus(IPAddress address, int count) =>
        Address(Number(address) + (UInt128)(uint)count, IsV4(address));

    /// <summary>True if the prefix has only zeros after its length.</summary>
    public static bool IsAligned(IpPrefix prefix) => prefix.Network.Address.Equals(prefix.Address);

    /// <summary>True if all of a prefix is in another one.</summary>
    public static bool Contains(IpPrefix outer, IpPrefix inner) =>
        outer.Length <= inner.Length && outer.Contains(inner.Address);

    /// <summary>
    /// Reads an address as flannel writes it: four decimal numbers, or IPv6 without a zone; null for anything else.
    /// </summary>
    public static IPAddress? ReadAddress(string? text)
    {
        if (text is null || !IPAddress.TryParse(text, out IPAddress? address))
            return null;
        if (IsV4(address))
            return address.ToString() == text ? address : null;
        return text.Contains(':') && text.AsSpan().IndexOfAny("%[]") < 0 ? address : null;
    }

    /// <summary>Reads "10.1.0.0/16"; bits behind the length are cut off, as in flannel; null for no prefix.</summary>
    public static IpPrefix? ReadPrefix(string? text)
    {
        int slash = text?.IndexOf('/') ?? -1;
        if (slash < 0 || ReadAddress(text![..slash]) is not { } address
            || ReadNumber(text[(slash + 1)..]) is not { } n)
            return null;
        return n <= Bits(IsV4(address)) ? new IpPrefix(address, n).Network : null;
    }

    /// <summary>Reads digits without leading zeros, three at most; null for anything else.</summary>
    internal static int? ReadNumber(string text)
    {
        if (text.Length is 0 or > 3 || (text.Length > 1 && text[0] == '0'))
            return null;
        int number = 0;
        foreach (char digit in text)
        {
            if (digit is < '0' or > '9')
                return null;
            number = (number * 10) + digit - '0';
        }

        return number;
    }
}
