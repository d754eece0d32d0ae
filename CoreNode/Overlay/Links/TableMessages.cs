using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Links;

/// <summary>
/// Requests to nf_tables as bytes: the own table as one batch, which the kernel carries out as a whole or not at all.
/// </summary>
internal static class TableMessages
{
    public const string OutgoingChain = "postrouting";
    public const string ForwardChain = "forward";

    /// <summary>
    /// The table with these rules, whatever there was; without rules no table. It is made before it is removed, since
    /// what is not there cannot be removed.
    /// </summary>
    public static void Set(MessageWriter messages, string table, FirewallRules? rules)
    {
        Batch(messages, Tables.BeginBatch);
        Head(messages, Tables.NewTable, Netlink.Ack | Netlink.Create, table);
        Head(messages, Tables.RemoveTable, Netlink.Ack, table);
        if (rules is not null)
        {
            Head(messages, Tables.NewTable, Netlink.Ack | Netlink.Create, table);
            Chain(messages, table, OutgoingChain, "nat", Tables.HookPostrouting, Tables.PriorityBeforeSourceNat);
            Chain(messages, table, ForwardChain, "filter", Tables.HookForward, Tables.PriorityFilter);
            FirewallLines lines = FirewallLines.Of(rules);
            foreach (FirewallLine line in lines.Outgoing)
                Rule(messages, table, OutgoingChain, line);
            foreach (FirewallLine line in lines.Forward)
                Rule(messages, table, ForwardChain, line);
        }

        Batch(messages, Tables.EndBatch);
    }

    public static void GetTable(MessageWriter messages, string table) =>
        Head(messages, Tables.GetTable, Netlink.Ack, table);

    public static void DumpChains(MessageWriter messages) =>
        messages.Begin(Tables.GetChain, Netlink.Dump).Fixed(Tables.BothFamilies, 0, 0, 0);

    public static void DumpRules(MessageWriter messages, string table) =>
        Head(messages, Tables.GetRule, Netlink.Dump, table);

    // struct nfgenmsg: family, version, and of a batch whose it is, in the network's order.
    private static void Batch(MessageWriter messages, ushort type) =>
        messages.Begin(type, 0).Fixed(0, 0, 0, (byte)Tables.Subsystem);

    private static MessageWriter Head(MessageWriter messages, ushort type, ushort flags, string table) =>
        messages.Begin(type, flags).Fixed(Tables.BothFamilies, 0, 0, 0).Text(Tables.TableName, table);

    private static void Chain(
        MessageWriter messages, string table, string name, string type, uint hook, uint priority)
    {
        Head(messages, Tables.NewChain, Netlink.Ack | Netlink.Create, table).Text(Tables.ChainName, name);
        int place = messages.Open(Tables.ChainHook);
        messages.AttributeBig32(Tables.HookNumber, hook).AttributeBig32(Tables.HookPriority, priority).Close(place)
            .AttributeBig32(Tables.ChainPolicy, Tables.Accept).Text(Tables.ChainType, type);
    }

    private static void Rule(MessageWriter messages, string table, string chain, FirewallLine line)
    {
        Head(messages, Tables.NewRule, Netlink.Ack | Netlink.Create | Netlink.Append, table)
            .Text(Tables.RuleChain, chain);
        int place = messages.Open(Tables.RuleExpressions);

        Expression meta = Expression.Begin(messages, Tables.Meta);
        messages.AttributeBig32(Tables.MetaKey, Tables.MetaFamily).AttributeBig32(Tables.MetaTo, Tables.Register);
        meta.End(messages);
        Compare(messages, [RouteMessages.Family(line.IsIPv6)], isNot: false);
        if (line.From is not null)
            Address(messages, line.From, isDestination: false, line.IsNotFrom);
        if (line.To is not null)
            Address(messages, line.To, isDestination: true, line.IsNotTo);
        switch (line.Action)
        {
            case LineAction.Masquerade:
                Masquerade(messages);
                break;
            case LineAction.Keep:
                Keep(messages, line.IsIPv6);
                break;
            default:
                Pass(messages);
                break;
        }

        messages.Close(place);
    }

    private static void Load(MessageWriter messages, bool isIPv6, bool isDestination, uint length)
    {
        Expression payload = Expression.Begin(messages, Tables.Payload);
        messages.AttributeBig32(Tables.PayloadTo, Tables.Register)
            .AttributeBig32(Tables.PayloadBase, Tables.NetworkHeader)
            .AttributeBig32(Tables.PayloadOffset, Tables.OffsetOf(isIPv6, isDestination))
            .AttributeBig32(Tables.PayloadLength, length);
        payload.End(messages);
    }

    private static void Address(MessageWriter messages, IpPrefix prefix, bool isDestination, bool isNot)
    {
        uint length = (uint)prefix.MostBits / 8;
        Load(messages, prefix.IsIPv6, isDestination, length);
        if (prefix.Length < prefix.MostBits)
        {
            Expression bitwise = Expression.Begin(messages, Tables.Bitwise);
            messages.AttributeBig32(Tables.BitwiseFrom, Tables.Register)
                .AttributeBig32(Tables.BitwiseTo, Tables.Register).AttributeBig32(Tables.BitwiseLength, length);
            Value(messages, Tables.BitwiseMask, prefix.MaskBytes());
            Value(messages, Tables.BitwiseXor, new byte[length]);
            bitwise.End(messages);
        }

        Compare(messages, prefix.Network.Address.GetAddressBytes(), isNot);
    }

    private static void Compare(MessageWriter messages, byte[] value, bool isNot)
    {
        Expression compare = Expression.Begin(messages, Tables.Compare);
        messages.AttributeBig32(Tables.CompareFrom, Tables.Register)
            .AttributeBig32(Tables.CompareHow, isNot ? Tables.IsOther : Tables.IsEqual);
        Value(messages, Tables.CompareWith, value);
        compare.End(messages);
    }

    private static void Masquerade(MessageWriter messages)
    {
        Expression expression = Expression.Begin(messages, Tables.Masquerade);
        messages.AttributeBig32(Tables.MasqueradeFlags, Tables.RandomPorts);
        expression.End(messages);
    }

    // The source address is loaded and becomes the source address.
    private static void Keep(MessageWriter messages, bool isIPv6)
    {
        Load(messages, isIPv6, isDestination: false, isIPv6 ? (uint)Tables.IPv6Bytes : Tables.IPv4Bytes);
        Expression expression = Expression.Begin(messages, Tables.Nat);
        messages.AttributeBig32(Tables.NatType, Tables.SourceNat)
            .AttributeBig32(Tables.NatFamily, RouteMessages.Family(isIPv6))
            .AttributeBig32(Tables.NatFirstAddress, Tables.Register);
        expression.End(messages);
    }

    private static void Pass(MessageWriter messages)
    {
        Expression expression = Expression.Begin(messages, Tables.Immediate);
        messages.AttributeBig32(Tables.ImmediateTo, Tables.VerdictRegister);
        int data = messages.Open(Tables.ImmediateData);
        int verdict = messages.Open(Tables.DataVerdict);
        messages.AttributeBig32(Tables.VerdictCode, Tables.Accept).Close(verdict).Close(data);
        expression.End(messages);
    }

    private static void Value(MessageWriter messages, int type, byte[] value)
    {
        int place = messages.Open(type);
        messages.Attribute(Tables.DataValue, value).Close(place);
    }

    // Where an element of the list and its data begin.
    private readonly record struct Expression(int Element, int Data)
    {
        public static Expression Begin(MessageWriter messages, string name)
        {
            int element = messages.Open(Tables.ListElement);
            messages.Text(Tables.ExpressionName, name);
            return new Expression(element, messages.Open(Tables.ExpressionData));
        }

        public void End(MessageWriter messages) => messages.Close(Data).Close(Element);
    }
}
