using CoreNode.Overlay.Net;

namespace CoreNode.Tests.EndToEnd.Overlay;

/// <summary>The own nftables table: what nft shows of it, and what is noticed when somebody changes it.</summary>
[TestFixture, Category("EndToEnd")]
[Parallelizable(ParallelScope.Self)]
internal sealed class FirewallTests
{
    private static readonly FirewallRules s_rules = new(
        [
            new MasqueradeRule(IpPrefix.Parse("10.1.0.0/16"), IpPrefix.Parse("10.1.2.0/24")),
            new MasqueradeRule(IpPrefix.Parse("fd10:1::/48"), IpPrefix.Parse("fd10:1:0:2::/64")),
        ],
        [IpPrefix.Parse("10.1.0.0/16"), IpPrefix.Parse("fd10:1::/48")]);

    [SetUp]
    public void Needs_namespaces()
    {
        if (OverlayMachine.Obstacle is { } obstacle)
            Assert.Ignore(obstacle);
        if (!File.Exists("/usr/sbin/nft"))
            Assert.Ignore("there is no nft");
    }

    [Test]
    public void The_table_is_what_nft_shows_of_it()
    {
        using OverlayMachine machine = new();
        Assert.That(machine.Read().Firewall, Is.Null);
        machine.Apply(new NetworkChange.SetFirewall(s_rules));
        string shown = machine.Command("nft", "list", "table", "inet", "corenode_overlay");
        Assert.That(shown.Replace("\t", "    ", StringComparison.Ordinal), Is.EqualTo(
            """
            table inet corenode_overlay {
                chain postrouting {
                    type nat hook postrouting priority srcnat - 1; policy accept;
                    ip saddr 10.1.0.0/16 ip daddr 10.1.0.0/16 snat ip to ip saddr
                    ip6 saddr fd10:1::/48 ip6 daddr fd10:1::/48 snat ip6 to ip6 saddr
                    ip saddr 10.1.0.0/16 ip daddr 10.1.0.0/16 accept
                    ip saddr 10.1.0.0/16 ip daddr != 224.0.0.0/4 masquerade fully-random
                    ip saddr != 10.1.0.0/16 ip daddr 10.1.2.0/24 accept
                    ip saddr != 10.1.0.0/16 ip daddr 10.1.0.0/16 masquerade fully-random
                    ip6 saddr fd10:1::/48 ip6 daddr fd10:1::/48 accept
                    ip6 saddr fd10:1::/48 ip6 daddr != ff00::/8 masquerade fully-random
                    ip6 saddr != fd10:1::/48 ip6 daddr fd10:1:0:2::/64 accept
                    ip6 saddr != fd10:1::/48 ip6 daddr fd10:1::/48 masquerade fully-random
                }

                chain forward {
                    type filter hook forward priority filter; policy accept;
                    ip saddr 10.1.0.0/16 accept
                    ip daddr 10.1.0.0/16 accept
                    ip6 saddr fd10:1::/48 accept
                    ip6 daddr fd10:1::/48 accept
                }
            }

            """));
        Assert.That(machine.Read().Firewall, Is.EqualTo(s_rules));
    }

    [Test]
    public void Writing_it_again_replaces_it_and_others_tables_stay()
    {
        using OverlayMachine machine = new();
        machine.Command("nft", "add table inet filter; add chain inet filter own");
        FirewallRules less = s_rules with { Masquerades = [] };
        machine.Apply(new NetworkChange.SetFirewall(s_rules), new NetworkChange.SetFirewall(less));
        Assert.That(machine.Read().Firewall, Is.EqualTo(less));
        machine.Apply(new NetworkChange.SetFirewall(null), new NetworkChange.SetFirewall(null));
        Assert.That(machine.Read().Firewall, Is.Null);
        Assert.That(machine.Command("nft", "list", "ruleset"), Does.Contain("chain own").And.Not.Contain("overlay"));
    }

    [TestCase("delete chain inet corenode_overlay forward")]
    [TestCase("flush chain inet corenode_overlay postrouting")]
    [TestCase("add rule inet corenode_overlay forward counter drop")]
    [TestCase("insert rule inet corenode_overlay postrouting ip saddr 10.1.0.0/17 accept")]
    [TestCase("insert rule inet corenode_overlay postrouting ip saddr 10.1.0.0/16 ip daddr 10.1.0.0/16 accept")]
    [TestCase("insert rule inet corenode_overlay postrouting ip saddr 10.1.0.0/16 snat ip to ip daddr")]
    [TestCase("add chain inet corenode_overlay forward { policy drop; }")]
    [TestCase("add chain inet corenode_overlay another")]
    [TestCase("add table inet corenode_overlay { flags dormant; }")]
    public void What_somebody_else_changes_is_noticed_and_mended(string change)
    {
        using OverlayMachine machine = new();
        machine.Apply(new NetworkChange.SetFirewall(s_rules));
        if (change.StartsWith("delete chain", StringComparison.Ordinal))
            machine.Command("nft", "flush chain inet corenode_overlay forward");
        machine.Command("nft", change);
        Assert.That(machine.Read().Firewall, Is.Not.Null.And.Not.EqualTo(s_rules));
        machine.Apply(new NetworkChange.SetFirewall(s_rules));
        Assert.That(machine.Read().Firewall, Is.EqualTo(s_rules));
    }

    [Test]
    public void A_table_that_somebody_removed_is_not_there()
    {
        using OverlayMachine machine = new();
        machine.Apply(new NetworkChange.SetFirewall(s_rules));
        machine.Command("nft", "flush", "ruleset");
        Assert.That(machine.Read().Firewall, Is.Null);
    }
}
