using CoreNode.Hosting.Provision;
using CoreNode.Provision.Model;

namespace CoreNode.Tests.Hosting.Provision;

/// <summary>What a node is called that no configuration names.</summary>
[TestFixture, Category("Unit")]
internal sealed class NodeNamingTests
{
    private const string Cluster = "n1=http://10.0.0.1:2380,n2=http://10.0.0.2:2380";

    [TestCase("box", null, "discovery=http://a/b", "box")]
    [TestCase("box", "told", "discovery=http://a/b", "told")]
    [TestCase("n2", null, "initial-cluster=" + Cluster, "n2")]
    [TestCase("n3", null, "initial-cluster=" + Cluster, null)]
    [TestCase("n3", null, "initial-cluster=" + Cluster + ";proxy=on", "n3")]
    [TestCase("n", null, "initial-cluster=" + Cluster, null)]
    [TestCase("box", null, "name=own", "own")]
    [TestCase("", null, "discovery=http://a/b", null)]
    [TestCase("localhost", null, "discovery=http://a/b", null)]
    public void It_is_called_as_the_machine_is_where_that_fits(
        string hostname, string? told, string options, string? name)
    {
        DesiredMachine desired = new()
        {
            Hostname = told,
            Options =
            [
                .. options.Split(';').Select(static one => one.Split('=', 2))
                    .Select(static one => new DesiredOption(one[0], one[1])),
            ],
        };
        DesiredMachine named = NodeNaming.Complete(desired, hostname);
        Assert.That(named.Options.LastOrDefault(static one => one.Name == "name")?.Value, Is.EqualTo(name));
    }

    [Test]
    public void A_machine_without_a_node_gets_no_options() =>
        Assert.That(NodeNaming.Complete(DesiredMachine.Nothing, "box").Options, Is.Empty);
}
