using System.Net;
using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Links;

/// <summary>What nf_tables tells of the own table, as values. Whatever CoreNode would not write is null.</summary>
internal static class TableDecoder
{
    private const int ByteBits = 8;

    /// <summary>The name of a message's table: tables, chains and rules have it at the same place.</summary>
    public static string TableOf(ReadOnlySpan<byte> body)
    {
        AttributeReader attributes = Attributes(body);
        while (attributes.Next())
        {
            if (attributes.Type == Tables.TableName)
                return attributes.Text;
        }

        return "";
    }

    /// <summary>Flags of a table as text: "0" is one in use.</summary>
    public static string? TableFlags(ReadOnlySpan<byte> body)
    {
        AttributeReader attributes = Attributes(body);
        uint flags = 0;
        while (attributes.Next())
            flags = attributes.Type == Tables.TableFlags ? attributes.BigNumber : flags;
        return flags == 0 ? "0" : "other";
    }

    /// <summary>A chain of the table, as "forward filter 2 0 1": name, type, hook, priority, policy.</summary>
    public static string? Chain(ReadOnlySpan<byte> body, string table)
    {
        if (TableOf(body) != table)
            return null;
        string name = "", type = "";
        uint hook = 0, priority = 0, policy = 0;
        AttributeReader attributes = Attributes(body);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case Tables.ChainName:
                    name = attributes.Text;
                    break;
                case Tables.ChainType:
                    type = attributes.Text;
                    break;
                case Tables.ChainPolicy:
                    policy = attributes.BigNumber;
                    break;
                case Tables.ChainHook:
                    AttributeReader hooks = new(attributes.Value);
                    while (hooks.Next())
                    {
                        hook = hooks.Type == Tables.HookNumber ? hooks.BigNumber : hook;
                        priority = hooks.Type == Tables.HookPriority ? hooks.BigNumber : priority;
                    }

                    break;
            }
        }

        return ChainText(name, type, hook, priority, policy);
    }

    /// <summary>How <see cref="Chain"/> tells a chain.</summary>
    public static string ChainText(string name, string type, uint hook, uint priority, uint policy) =>
        $"{name} {type} {hook} {priority} {policy}";

    /// <summary>A rule of the table.</summary>
    public static RuleEntry? Rule(ReadOnlySpan<byte> body, string table)
    {
        if (TableOf(body) != table)
            return null;
        string chain = "";
        FirewallLine? line = null;
        AttributeReader attributes = Attributes(body);
        while (attributes.Next())
        {
            if (attributes.Type == Tables.RuleChain)
                chain = attributes.Text;
            else if (attributes.Type == Tables.RuleExpressions)
                line = Line(attributes.Value);
        }

        return new RuleEntry(chain, line);
    }

    private static AttributeReader Attributes(ReadOnlySpan<byte> body) =>
        new(body.Length < Tables.HeadBytes ? default : body[Tables.HeadBytes..]);

    // What CoreNode writes: the family, then source, destination or both, then what becomes of the packet.
    private static FirewallLine? Line(ReadOnlySpan<byte> expressions)
    {
        AttributeReader list = new(expressions);
        if (Next(ref list, out ReadOnlySpan<byte> data) != Tables.Meta
            || Number(data, Tables.MetaKey) != Tables.MetaFamily
            || Next(ref list, out data) != Tables.Compare || Number(data, Tables.CompareHow) != Tables.IsEqual
            || Value(data, Tables.CompareWith) is not [Netlink.IPv4 or Netlink.IPv6] family)
            return null;
        bool isIPv6 = family[0] == Netlink.IPv6;
        IpPrefix? from = null, to = null;
        bool isNotFrom = false, isNotTo = false;
        string name = Next(ref list, out data);
        while (name == Tables.Payload && to is null)
        {
            uint offset = Number(data, Tables.PayloadOffset);
            bool isHeader = IsAddress(data, isIPv6);
            IpPrefix? prefix = Prefix(ref list, isIPv6, out bool isNot);
            if (!isHeader || prefix is null)
                return null;
            if (offset == Tables.OffsetOf(isIPv6, isDestination: false) && from is null)
                (from, isNotFrom) = (prefix, isNot);
            else if (offset == Tables.OffsetOf(isIPv6, isDestination: true))
                (to, isNotTo) = (prefix, isNot);
            else
                return null;
            name = Next(ref list, out data);
        }

        return (from ?? to) is not null && Action(ref list, name, data, isIPv6) is { } action
            && Next(ref list, out _).Length == 0
            ? new FirewallLine(from, isNotFrom, to, isNotTo, action) : null;
    }

    private static LineAction? Action(
        ref AttributeReader list, string name, scoped ReadOnlySpan<byte> data, bool isIPv6)
    {
        if (name == Tables.Masquerade && Number(data, Tables.MasqueradeFlags) == Tables.RandomPorts)
            return LineAction.Masquerade;
        if (name == Tables.Immediate && IsAccept(data))
            return LineAction.Pass;
        bool isSource = name == Tables.Payload && IsAddress(data, isIPv6)
            && Number(data, Tables.PayloadOffset) == Tables.OffsetOf(isIPv6, isDestination: false)
            && Number(data, Tables.PayloadTo) == Tables.Register;
        return isSource && Next(ref list, out ReadOnlySpan<byte> nat) == Tables.Nat
            && Number(nat, Tables.NatType) == Tables.SourceNat
            && Number(nat, Tables.NatFamily) == RouteMessages.Family(isIPv6)
            && Number(nat, Tables.NatFirstAddress) == Tables.Register
            ? LineAction.Keep : null;
    }

    private static bool IsAddress(ReadOnlySpan<byte> data, bool isIPv6) =>
        Number(data, Tables.PayloadBase) == Tables.NetworkHeader
        && Number(data, Tables.PayloadLength) == (isIPv6 ? Tables.IPv6Bytes : Tables.IPv4Bytes);

    private static IpPrefix? Prefix(ref AttributeReader list, bool isIPv6, out bool isNot)
    {
        isNot = false;
        int length = isIPv6 ? Tables.IPv6Bytes * ByteBits : Tables.IPv4Bytes * ByteBits;
        string name = Next(ref list, out ReadOnlySpan<byte> data);
        if (name == Tables.Bitwise)
        {
            length = 0;
            ReadOnlySpan<byte> mask = Value(data, Tables.BitwiseMask);
            while (length < mask.Length * ByteBits && (mask[length / ByteBits] << (length % ByteBits) & 0x80) != 0)
                length++;
            if (!mask.SequenceEqual(new IpPrefix(isIPv6 ? IPAddress.IPv6Any : IPAddress.Any, length).MaskBytes()))
                return null;
            name = Next(ref list, out data);
        }

        ReadOnlySpan<byte> value = Value(data, Tables.CompareWith);
        if (name != Tables.Compare || value.Length != (isIPv6 ? Tables.IPv6Bytes : Tables.IPv4Bytes))
            return null;
        isNot = Number(data, Tables.CompareHow) == Tables.IsOther;
        return isNot || Number(data, Tables.CompareHow) == Tables.IsEqual
            ? new IpPrefix(new IPAddress(value), length) : null;
    }

    private static bool IsAccept(ReadOnlySpan<byte> data)
    {
        AttributeReader parts = new(Find(data, Tables.ImmediateData));
        return Number(data, Tables.ImmediateTo) == Tables.VerdictRegister && parts.Next()
            && parts.Type == Tables.DataVerdict && Number(parts.Value, Tables.VerdictCode) == Tables.Accept;
    }

    // The name of the next expression, empty at the end, and its data.
    private static string Next(ref AttributeReader list, out ReadOnlySpan<byte> data)
    {
        data = default;
        if (!list.Next())
            return "";
        data = Find(list.Value, Tables.ExpressionData);
        AttributeReader parts = new(list.Value);
        return parts.Next() && parts.Type == Tables.ExpressionName ? parts.Text : "?";
    }

    private static uint Number(ReadOnlySpan<byte> data, int type)
    {
        AttributeReader parts = new(data);
        while (parts.Next())
        {
            if (parts.Type == type)
                return parts.BigNumber;
        }

        return uint.MaxValue;
    }

    private static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> data, int type) =>
        Find(Find(data, type), Tables.DataValue);

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> data, int type)
    {
        AttributeReader parts = new(data);
        while (parts.Next())
        {
            if (parts.Type == type)
                return parts.Value;
        }

        return default;
    }
}
