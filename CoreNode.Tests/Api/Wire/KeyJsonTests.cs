using System.Text;
using CoreNode.Api.Wire;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Api.Wire;

[TestFixture, Category("Unit")]
internal sealed class KeyJsonTests
{
    private const long Second = 1_000_000_000;
    private const long Now = 1_700_000_000 * Second;

    [Test]
    public void Fields_come_in_etcds_order()
    {
        KeyEvent change = new()
        {
            Action = KeyAction.CompareAndSwap,
            Index = new StoreIndex(9),
            Node = KeyRecord.File("/a"u8, "two"u8, 4, 9, Now + 5 * Second),
            Previous = KeyRecord.File("/a"u8, ""u8, 4, 7, 0),
            TimeUnixNs = Now,
        };
        JsonBuffer json = new(16);
        KeyJson.WriteEvent(json, change);
        Assert.That(Text(json), Is.EqualTo(
            "{\"action\":\"compareAndSwap\",\"node\":{\"key\":\"/a\",\"value\":\"two\","
            + "\"expiration\":\"2023-11-14T22:13:25Z\",\"ttl\":5,\"modifiedIndex\":9,\"createdIndex\":4},"
            + "\"prevNode\":{\"key\":\"/a\",\"value\":\"\",\"modifiedIndex\":7,\"createdIndex\":4}}\n"));
    }

    [TestCase(5 * Second, ",\"ttl\":5")]
    [TestCase(4 * Second + 1, ",\"ttl\":5")]
    [TestCase(1, ",\"ttl\":1")]
    [TestCase(0, "")]
    [TestCase(-Second + 1, "")]
    [TestCase(-Second, ",\"ttl\":-1")]
    [TestCase(-Second - 1, ",\"ttl\":-1")]
    public void Remaining_time_is_rounded_up_and_left_out_at_zero(long remaining, string expected)
    {
        JsonBuffer json = new(16);
        KeyJson.WriteNode(json, KeyRecord.Directory("/d"u8, 1, 2, Now + remaining), Now);
        string text = Text(json);
        int after = text.IndexOf("Z\"", StringComparison.Ordinal) + 2;
        Assert.That(text[after..], Is.EqualTo(expected + ",\"modifiedIndex\":2,\"createdIndex\":1}"));
    }

    [Test]
    public void The_root_has_neither_key_nor_indexes()
    {
        JsonBuffer json = new(16);
        KeyJson.WriteNode(json, KeyRecord.Directory("/"u8, 0, 0, 0), Now);
        Assert.That(Text(json), Is.EqualTo("{\"dir\":true}"));
    }

    [Test]
    public void A_deleted_key_shows_no_value()
    {
        JsonBuffer json = new(16);
        KeyJson.WriteNode(json, KeyRecord.Removed("/k"u8, isDirectory: false, 3, 8), Now);
        Assert.That(Text(json), Is.EqualTo("{\"key\":\"/k\",\"modifiedIndex\":8,\"createdIndex\":3}"));
    }

    [TestCase(KeyAction.Set, "{\"action\":\"set\"}\n")]
    [TestCase(KeyAction.Create, "{\"action\":\"create\"}\n")]
    [TestCase(KeyAction.Update, "{\"action\":\"update\"}\n")]
    [TestCase(KeyAction.CompareAndSwap, "{\"action\":\"compareAndSwap\"}\n")]
    [TestCase(KeyAction.Delete,
        "{\"action\":\"delete\",\"node\":{\"key\":\"/k\",\"modifiedIndex\":8,\"createdIndex\":3}}\n")]
    public void Without_value_only_deletes_show_their_nodes(KeyAction action, string expected)
    {
        KeyEvent change = new()
        {
            Action = action,
            Index = new StoreIndex(8),
            Node = KeyRecord.Removed("/k"u8, isDirectory: false, 3, 8),
            TimeUnixNs = Now,
        };
        JsonBuffer json = new(16);
        KeyJson.WriteEventWithoutValue(json, change);
        Assert.That(Text(json), Is.EqualTo(expected));
    }

    [Test]
    public void An_event_is_rendered_once_for_all_watchers()
    {
        KeyEvent change = new()
        {
            Action = KeyAction.Set,
            Index = new StoreIndex(8),
            Node = KeyRecord.File("/k"u8, "v"u8, 8, 8, 0),
            TimeUnixNs = Now,
        };
        byte[] first = KeyJson.Rendered(change, new JsonBuffer(16));
        Assert.That(KeyJson.Rendered(change, new JsonBuffer(16)), Is.SameAs(first));
        Assert.That(Encoding.UTF8.GetString(first), Does.EndWith("}\n"));
    }

    [Test]
    public void An_error_leaves_an_empty_cause_out()
    {
        JsonBuffer json = new(16);
        KeyJson.WriteError(json, KeyError.Of(ErrorCode.NotAFile, "", 7));
        KeyJson.WriteError(json, KeyError.Of(ErrorCode.KeyNotFound, "/<x>", 7));
        Assert.That(Text(json), Is.EqualTo(
            "{\"errorCode\":102,\"message\":\"Not a file\",\"index\":7}\n"
            + "{\"errorCode\":100,\"message\":\"Key not found\",\"cause\":\"/\\u003cx\\u003e\",\"index\":7}\n"));
    }

    [Test]
    public void Every_action_has_its_wire_name() => Assert.That(
        Enum.GetValues<KeyAction>().Select(a => Encoding.ASCII.GetString(KeyJson.Name(a))),
        Is.EqualTo(["get", "set", "create", "update", "compareAndSwap", "delete", "compareAndDelete", "expire"]));

    private static string Text(JsonBuffer json) => Encoding.UTF8.GetString(json.Written);
}
