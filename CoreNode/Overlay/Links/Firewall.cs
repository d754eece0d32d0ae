using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Links;

/// <summary>The own nftables table: written as a whole, read back and recognised. One caller at a time.</summary>
internal sealed class Firewall(string table) : IDisposable
{
    private static readonly string s_outgoing = TableDecoder.ChainText(
        TableMessages.OutgoingChain, "nat", Tables.HookPostrouting, Tables.PriorityBeforeSourceNat, Tables.Accept);

    private static readonly string s_forward = TableDecoder.ChainText(
        TableMessages.ForwardChain, "filter", Tables.HookForward, Tables.PriorityFilter, Tables.Accept);

    private readonly MessageWriter _messages = new();
    private NetlinkSocket? _socket;

    /// <summary>The number that messages about our own changes carry; 0 until it is known.</summary>
    public uint Port => _socket?.Port ?? 0;

    /// <summary>
    /// What stands in the table; null: there is none, or no nf_tables in this kernel.
    /// </summary>
    /// <exception cref="NetworkException">The kernel does not show it.</exception>
    public FirewallRules? Read()
    {
        if (Socket() is not { } socket)
            return null;
        TableMessages.GetTable(Begin(), table);
        string? flags = socket.Get(_messages, TableDecoder.TableFlags, out NetlinkAnswer answer);
        if (answer.ErrorNumber is ErrorNumbers.NoEntry or ErrorNumbers.NotSupported or ErrorNumbers.Invalid)
            return null;
        if (answer.ErrorNumber != 0)
            throw FaultTexts.NotReadable(answer);
        TableMessages.DumpChains(Begin());
        List<string> chains = socket.Dump(_messages, body => TableDecoder.Chain(body, table));
        TableMessages.DumpRules(Begin(), table);
        List<RuleEntry> rules = socket.Dump(_messages, body => TableDecoder.Rule(body, table));
        chains.Sort(StringComparer.Ordinal);
        bool isOurs = flags == "0" && chains.Count == 2 && chains[0] == s_forward && chains[1] == s_outgoing;
        return isOurs && Lines(rules) is { } lines ? lines.ToRules() : FirewallRules.Altered;
    }

    /// <summary>Writes the table, or removes it.</summary>
    public NetlinkAnswer Set(FirewallRules? rules)
    {
        if (Socket() is not { } socket)
            return rules is null ? NetlinkAnswer.Done : new NetlinkAnswer(ErrorNumbers.NotSupported, "");
        TableMessages.Set(Begin(), table, rules);
        foreach (NetlinkAnswer answer in socket.ExchangeWhole(_messages))
        {
            if (answer.ErrorNumber == ErrorNumbers.NotSupported && rules is null)
                return NetlinkAnswer.Done;
            if (answer.ErrorNumber != 0)
                return answer;
        }

        return NetlinkAnswer.Done;
    }

    public void Dispose() => _socket?.Dispose();

    private static FirewallLines? Lines(List<RuleEntry> rules)
    {
        List<FirewallLine> outgoing = [], forward = [];
        foreach (RuleEntry rule in rules)
        {
            if (rule.Line is null)
                return null;
            (rule.Chain == TableMessages.OutgoingChain ? outgoing : forward).Add(rule.Line);
        }

        return new FirewallLines(outgoing, forward);
    }

    private MessageWriter Begin()
    {
        _messages.Clear();
        return _messages;
    }

    // Null where the kernel has no such sockets.
    private NetlinkSocket? Socket()
    {
        try
        {
            return _socket ??= new NetlinkSocket(LibNetlink.FilterProtocol);
        }
        catch (NetworkException fault) when (fault.ErrorNumber == ErrorNumbers.NoProtocol)
        {
            return null;
        }
    }
}
