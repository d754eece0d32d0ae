using System.Net;
using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Links;

/// <summary>
/// The rules of the own table line by line, both ways. What stays inside a network keeps its address, whatever a
/// container engine's own rules say of all that leaves its bridge. Those of masquerading are flannel's: what stays
/// inside passes, what leaves the network other than to groups is masqueraded, what comes from outside to the own part
/// passes, what comes from outside to another part is masqueraded.
/// </summary>
/// <param name="Outgoing">Of the chain postrouting.</param>
/// <param name="Forward">Of the chain forward.</param>
internal sealed record FirewallLines(IReadOnlyList<FirewallLine> Outgoing, IReadOnlyList<FirewallLine> Forward)
{
    private const int LinesOfMasquerade = 4;
    private const int LinesOfForwarded = 2;

    private static readonly IpPrefix s_groups = new(IPAddress.Parse("224.0.0.0"), 4);
    private static readonly IpPrefix s_groups6 = new(IPAddress.Parse("ff00::"), 8);

    /// <summary>Of rules.</summary>
    public static FirewallLines Of(FirewallRules rules)
    {
        List<FirewallLine> outgoing = [];
        foreach (IpPrefix network in rules.Forwarded)
            outgoing.Add(new FirewallLine(network, false, network, false, LineAction.Keep));
        foreach (MasqueradeRule rule in rules.Masquerades)
        {
            outgoing.Add(new FirewallLine(rule.Network, false, rule.Network, false, LineAction.Pass));
            outgoing.Add(new FirewallLine(
                rule.Network, false, rule.Network.IsIPv6 ? s_groups6 : s_groups, true, LineAction.Masquerade));
            outgoing.Add(new FirewallLine(rule.Network, true, rule.Subnet, false, LineAction.Pass));
            outgoing.Add(new FirewallLine(rule.Network, true, rule.Network, false, LineAction.Masquerade));
        }

        List<FirewallLine> forward = [];
        foreach (IpPrefix network in rules.Forwarded)
        {
            forward.Add(new FirewallLine(network, false, null, false, LineAction.Pass));
            forward.Add(new FirewallLine(null, false, network, false, LineAction.Pass));
        }

        return new FirewallLines(outgoing, forward);
    }

    /// <summary>The rules that these lines are; <see cref="FirewallRules.Altered"/> if they are none.</summary>
    public FirewallRules ToRules()
    {
        List<MasqueradeRule> masquerades = [];
        int kept = Forward.Count / LinesOfForwarded;
        for (int i = kept; i + LinesOfMasquerade <= Outgoing.Count; i += LinesOfMasquerade)
        {
            if (Outgoing[i].From is { } network && Outgoing[i + 2].To is { } subnet)
                masquerades.Add(new MasqueradeRule(network, subnet));
        }

        List<IpPrefix> forwarded = [];
        for (int i = 0; i < Forward.Count; i += LinesOfForwarded)
        {
            if (Forward[i].From is { } network)
                forwarded.Add(network);
        }

        FirewallRules rules = new(masquerades, forwarded);
        FirewallLines again = Of(rules);
        return AreSame(again.Outgoing, Outgoing) && AreSame(again.Forward, Forward) ? rules : FirewallRules.Altered;
    }

    private static bool AreSame(IReadOnlyList<FirewallLine> first, IReadOnlyList<FirewallLine> second)
    {
        if (first.Count != second.Count)
            return false;
        for (int i = 0; i < first.Count; i++)
        {
            if (first[i] != second[i])
                return false;
        }

        return true;
    }
}
