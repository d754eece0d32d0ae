using System.Net;
using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Links;

/// <summary>
/// The rules of the own table line by line, both ways. Those of masquerading are flannel's: what stays inside passes,
/// what leaves the network other than to groups is masqueraded, what comes from outside to the own part passes, what
/// comes from outside to another part is masqueraded.
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
        foreach (MasqueradeRule rule in rules.Masquerades)
        {
            outgoing.Add(new FirewallLine(rule.Network, false, rule.Network, false, false));
            outgoing.Add(new FirewallLine(
                rule.Network, false, rule.Network.IsIPv6 ? s_groups6 : s_groups, true, true));
            outgoing.Add(new FirewallLine(rule.Network, true, rule.Subnet, false, false));
            outgoing.Add(new FirewallLine(rule.Network, true, rule.Network, false, true));
        }

        List<FirewallLine> forward = [];
        foreach (IpPrefix network in rules.Forwarded)
        {
            forward.Add(new FirewallLine(network, false, null, false, false));
            forward.Add(new FirewallLine(null, false, network, false, false));
        }

        return new FirewallLines(outgoing, forward);
    }

    /// <summary>The rules that these lines are; <see cref="FirewallRules.Altered"/> if they are none.</summary>
    public FirewallRules ToRules()
    {
        List<MasqueradeRule> masquerades = [];
        for (int i = 0; i + LinesOfMasquerade <= Outgoing.Count; i += LinesOfMasquerade)
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
