using System.Text;
using CoreNode.Api.Client;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Api.Client;

[TestFixture, Category("Unit")]
internal sealed class V2JsonTests
{
    private static readonly ClientEndpoint s_endpoint = V2TransportTests.Options("http://a:1").Endpoints[0];

    [Test]
    public void An_event_is_read_with_all_its_fields()
    {
        const string body = """
            {"action":"update","node":{"key":"/a","value":"\u003cx\u003e","expiration":"2026-01-02T03:04:05.5Z",
            "ttl":9,"modifiedIndex":7,"createdIndex":4,"unknown":[{"x":1}]},
            "prevNode":{"key":"/a","value":"","modifiedIndex":4,"createdIndex":4}}
            """;
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        Assert.That(V2Json.TryParseChange(bytes, new StoreIndex(7), out KvChange? change), Is.True);
        Assert.Multiple(() =>
        {
            Assert.That(change!.Action, Is.EqualTo(KeyAction.Update));
            Assert.That(change.Node.Value, Is.EqualTo("<x>"));
            Assert.That(change.Node.TtlSeconds, Is.EqualTo(9));
            Assert.That(change.Node.Expiration, Is.EqualTo("2026-01-02T03:04:05.5Z"));
            Assert.That(change.Node.ModifiedIndex, Is.EqualTo(new StoreIndex(7)));
            Assert.That(change.Previous!.Value, Is.Empty);
        });
    }

    [Test]
    public void A_listing_may_nest_as_deep_as_keys_do()
    {
        const int depth = 1000;
        StringBuilder body = new("{\"action\":\"get\",\"node\":{\"dir\":true");
        for (int level = 0; level < depth; level++)
            body.Append(",\"nodes\":[{\"key\":\"/k\",\"dir\":true");
        for (int level = 0; level < depth; level++)
            body.Append("}]");
        body.Append("}}");
        byte[] bytes = Encoding.UTF8.GetBytes(body.ToString());
        Assert.That(V2Json.TryParseChange(bytes, StoreIndex.Zero, out KvChange? change), Is.True);
        int found = 0;
        for (KvNode node = change!.Node; node.Nodes.Count > 0; node = node.Nodes[0])
            found++;
        Assert.That(found, Is.EqualTo(depth));
    }

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("{\"action\":\"get\"}")]
    [TestCase("{\"action\":\"dance\",\"node\":{\"key\":\"/a\"}}")]
    [TestCase("{\"action\":\"get\",\"node\":{\"key\":\"/a\"")]
    [TestCase("{\"action\":\"get\",\"node\":7}")]
    [TestCase("{\"action\":\"get\",\"node\":{\"ttl\":\"x\"}}")]
    public void What_is_no_event_is_not_taken_for_one(string body) =>
        Assert.That(V2Json.TryParseChange(Encoding.UTF8.GetBytes(body), StoreIndex.Zero, out _), Is.False);

    [Test]
    public void An_error_keeps_code_message_cause_and_index()
    {
        KvError error = V2Json.ParseError(new V2Reply.Answered(
            s_endpoint, 404, 0, """{"errorCode":100,"message":"Key not found","cause":"/a","index":7}"""u8.ToArray()));
        Assert.That(error, Is.EqualTo(new KvError(100, "Key not found", "/a", 7)));
        Assert.That(error.ToString(), Is.EqualTo("100: Key not found (/a) [7]"));
    }

    [Test]
    public void An_answer_of_another_server_says_who_gave_it()
    {
        KvError error = V2Json.ParseError(new V2Reply.Answered(s_endpoint, 404, 0, "<html>no\nmore"u8.ToArray()));
        Assert.That(error.Code, Is.Zero);
        Assert.That(error.ToString(), Does.StartWith("http://a:1 answered HTTP 404").And.EndsWith("<html>no"));
    }
}
