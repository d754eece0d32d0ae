using CoreNode.Cli;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Cli;

[TestFixture, Category("Unit")]
internal sealed class EtcdJsonTests
{
    private static readonly KvNode s_file = new()
    {
        Key = "/a",
        Value = "x<&>\"\\\n\u0001\u2028ü",
        CreatedIndex = new StoreIndex(4),
        ModifiedIndex = new StoreIndex(5),
        Expiration = "2026-01-02T03:04:05Z",
        TtlSeconds = 9,
    };

    [Test]
    public void The_servers_dialect_leaves_out_what_is_empty()
    {
        KvNode directory = new() { Key = "", IsDirectory = true, Nodes = [s_file] };
        string json = EtcdJson.Server(new KvChange(KeyAction.Get, directory, null, StoreIndex.Zero));
        Assert.That(json, Is.EqualTo(
            """
            {"action":"get","node":{"dir":true,"nodes":[{"key":"/a",
            """ + "\"value\":\"x\\u003c\\u0026\\u003e\\\"\\\\\\n\\u0001\\u2028ü\","
            + """
            "expiration":"2026-01-02T03:04:05Z","ttl":9,"modifiedIndex":5,"createdIndex":4}]}}
            """));
    }

    [Test]
    public void The_dialect_of_etcdctl_shows_value_and_nodes_always()
    {
        KvNode removed = new() { Key = "/d", IsDirectory = true, CreatedIndex = new(4), ModifiedIndex = new(6) };
        string json = EtcdJson.Etcdctl(new KvChange(KeyAction.Delete, removed, removed, StoreIndex.Zero));
        const string node =
            """{"key":"/d","dir":true,"value":"","nodes":null,"createdIndex":4,"modifiedIndex":6}""";
        Assert.That(json, Is.EqualTo($$"""{"action":"delete","node":{{node}},"prevNode":{{node}}}"""));
    }
}
