namespace CoreNode.Overlay.Links;

/// <summary>Numbers of linux/netfilter/nf_tables.h and nfnetlink.h.</summary>
internal static class Tables
{
    public const ushort BeginBatch = 0x10;
    public const ushort EndBatch = 0x11;
    public const ushort Subsystem = 10;
    public const int HeadBytes = 4;
    public const int IPv4Bytes = 4;
    public const int IPv6Bytes = 16;

    /// <summary>NFPROTO_INET: IPv4 and IPv6.</summary>
    public const byte BothFamilies = 1;

    public const ushort NewTable = Subsystem << 8;
    public const ushort GetTable = NewTable + 1;
    public const ushort RemoveTable = NewTable + 2;
    public const ushort NewChain = NewTable + 3;
    public const ushort GetChain = NewTable + 4;
    public const ushort RemoveChain = NewTable + 5;
    public const ushort NewRule = NewTable + 6;
    public const ushort GetRule = NewTable + 7;
    public const ushort RemoveRule = NewTable + 8;

    /// <summary>Of tables, chains and rules alike: the table's name.</summary>
    public const int TableName = 1;

    public const int TableFlags = 2;
    public const int ChainName = 3;
    public const int ChainHook = 4;
    public const int ChainPolicy = 5;
    public const int ChainType = 7;
    public const int HookNumber = 1;
    public const int HookPriority = 2;
    public const int RuleChain = 2;
    public const int RuleExpressions = 4;

    public const uint HookForward = 2;
    public const uint HookPostrouting = 4;
    public const uint PriorityFilter = 0;

    /// <summary>One before NF_IP_PRI_NAT_SRC: before container engines' rules, which are there.</summary>
    public const uint PriorityBeforeSourceNat = 99;

    public const uint Accept = 1;

    public const int ListElement = 1;
    public const int ExpressionName = 1;
    public const int ExpressionData = 2;
    public const int DataValue = 1;
    public const int DataVerdict = 2;
    public const int VerdictCode = 1;

    public const uint VerdictRegister = 0;
    public const uint Register = 1;

    public const int MetaTo = 1;
    public const int MetaKey = 2;
    public const uint MetaFamily = 15;

    public const int CompareFrom = 1;
    public const int CompareHow = 2;
    public const int CompareWith = 3;
    public const uint IsEqual = 0;
    public const uint IsOther = 1;

    public const int PayloadTo = 1;
    public const int PayloadBase = 2;
    public const int PayloadOffset = 3;
    public const int PayloadLength = 4;
    public const uint NetworkHeader = 1;

    public const int BitwiseFrom = 1;
    public const int BitwiseTo = 2;
    public const int BitwiseLength = 3;
    public const int BitwiseMask = 4;
    public const int BitwiseXor = 5;

    public const int ImmediateTo = 1;
    public const int ImmediateData = 2;

    public const int MasqueradeFlags = 1;

    public const int NatType = 1;
    public const int NatFamily = 2;
    public const int NatFirstAddress = 3;
    public const uint SourceNat = 0;

    /// <summary>Ports by chance, so that two programs do not meet on one (NF_NAT_RANGE_PROTO_RANDOM_FULLY).</summary>
    public const uint RandomPorts = 0x10;

    public const string Meta = "meta";
    public const string Compare = "cmp";
    public const string Payload = "payload";
    public const string Bitwise = "bitwise";
    public const string Immediate = "immediate";
    public const string Masquerade = "masq";
    public const string Nat = "nat";

    /// <summary>Where source and destination stand in the headers of IPv4 and IPv6.</summary>
    public static uint OffsetOf(bool isIPv6, bool isDestination) =>
        isIPv6 ? isDestination ? 24u : 8u : isDestination ? 16u : 12u;
}
