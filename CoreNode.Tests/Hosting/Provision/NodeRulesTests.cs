using CoreNode.Hosting;
using CoreNode.Hosting.Provision;
using CoreNode.Provision.Model;

namespace CoreNode.Tests.Hosting.Provision;

/// <summary>What readers of configurations learn of the node's options.</summary>
[TestFixture, Category("Unit")]
internal sealed class NodeRulesTests
{
    [Test]
    public void All_options_are_known_but_those_that_no_file_has()
    {
        IReadOnlyList<string> names = NodeRules.Make().Names;
        Assert.That(names, Is.SupersetOf(new[] { "name", "discovery", "proxy", "reboot-strategy", "overlay" }));
        Assert.That(names, Has.Count.EqualTo(NodeFlags.All.Count - 2));
        Assert.That(names, Has.None.EqualTo("config").And.None.EqualTo("dev"));
    }

    [Test]
    public void What_is_right_together_is_not_complained_of() =>
        Assert.That(
            Check(
                ("name", "a"), ("listen-client-urls", "http://10.0.0.1:2379,http://127.0.0.1:2379"),
                ("listen-peer-urls", "http://10.0.0.1:2380"), ("discovery", "http://10.0.0.9:8087/0123456789abcdef"),
                ("fleetlock-token-file", "/etc/corenode/token")),
            Is.Empty);

    [Test]
    public void All_that_is_wrong_is_said_at_once_and_of_which_option()
    {
        IReadOnlyList<KeyValuePair<string, string>> wrong = Check(
            ("name", "a=b"), ("election-timeout", "5"), ("cert-file", "/a.crt"), ("listen-peer-urls", "ftp://x"));
        Assert.That(
            wrong.Select(static one => one.Key),
            Is.EquivalentTo(new[] { "name", "election-timeout", "key-file", "listen-peer-urls" }));
        Assert.That(wrong.Single(static one => one.Key == "name").Value, Does.Contain("no equals sign"));
    }

    [Test]
    public void Values_that_are_secret_are_not_repeated()
    {
        DesiredOption option = new("update-server", "hunter2secret") { IsSecret = true };
        KeyValuePair<string, string> wrong = NodeRules.Make().Check([option]).Single();
        Assert.That(wrong.Key, Is.EqualTo("update-server"));
        Assert.That(wrong.Value, Does.Contain("a URL such as").And.Not.Contain("hunter2"));
    }

    [Test]
    public void Which_member_a_machine_is_is_judged_once_it_has_a_name()
    {
        DesiredOption cluster = new("initial-cluster", "a=http://10.0.0.1:2380,b=http://10.0.0.2:2380");
        DesiredOption urls = new("listen-peer-urls", "http://10.0.0.2:2380");
        Assert.That(NodeRules.Make().Check([cluster, urls]), Is.Empty);
        Assert.That(NodeRules.Judge([cluster, urls, new DesiredOption("name", "b")]), Is.Empty);
        Finding wrong = NodeRules.Judge([cluster, urls, new DesiredOption("name", "a")]).Single();
        Assert.That((wrong.Severity, wrong.Key), Is.EqualTo((Severity.Warning, "corenode.initial-cluster")));
        Assert.That(NodeRules.Judge([cluster, urls]).Single().Reason, Does.Contain("does not name this member"));
    }

    private static IReadOnlyList<KeyValuePair<string, string>> Check(params (string Name, string Value)[] options) =>
        NodeRules.Make().Check([.. options.Select(static one => new DesiredOption(one.Name, one.Value))]);
}
