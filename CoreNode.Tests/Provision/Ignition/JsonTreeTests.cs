using System.Text;
using CoreNode.Documents;
using CoreNode.Provision.Ignition;

namespace CoreNode.Tests.Provision.Ignition;

/// <summary>JSON as a tree: places, limits, and what is refused before anything is built.</summary>
[TestFixture, Category("Unit")]
internal sealed class JsonTreeTests
{
    [Test]
    public void Each_node_knows_its_line_and_column()
    {
        MapNode root = (MapNode)Parse("{\n  \"a\": [1,\n    \"ö\", {\"b\": null}]\n}");
        MapEntry list = root.Find("a")!;
        ListNode items = (ListNode)list.Value;
        MapNode inner = (MapNode)items.Items[2];
        Assert.Multiple(() =>
        {
            Assert.That(root.Place, Is.EqualTo(new TextPlace(1, 1)));
            Assert.That(list.Place, Is.EqualTo(new TextPlace(2, 3)));
            Assert.That(items.Place, Is.EqualTo(new TextPlace(2, 8)));
            Assert.That(items.Items[0].Place, Is.EqualTo(new TextPlace(2, 9)));
            Assert.That(items.Items[1].Place, Is.EqualTo(new TextPlace(3, 5)));
            Assert.That(inner.Place, Is.EqualTo(new TextPlace(3, 10)));
            Assert.That(inner.Find("b")!.Value.Place, Is.EqualTo(new TextPlace(3, 16)));
        });
    }

    [Test]
    public void Values_are_as_they_were_written()
    {
        MapNode root = (MapNode)Parse("""{"n": -1.50e2, "t": true, "s": "a\nA😀", "z": null}""");
        ScalarNode[] values = [.. root.Entries.Select(static one => (ScalarNode)one.Value)];
        Assert.That(values.Select(static one => one.Text), Is.EqualTo(new[] { "-1.50e2", "true", "a\nA😀", "null" }));
        Assert.That(
            values.Select(static one => one.Written),
            Is.EqualTo(new[] { ScalarForm.Number, ScalarForm.Switch, ScalarForm.Quoted, ScalarForm.Null }));
        Assert.That(values[3].IsNull, Is.True);
    }

    [Test]
    public void A_mark_of_byte_order_is_left_out()
    {
        MapNode root = (MapNode)JsonTree.Parse(Encoding.UTF8.GetBytes("\uFEFF{\"a\": 1}"));
        Assert.That(root.Find("a")!.Place, Is.EqualTo(new TextPlace(1, 2)));
    }

    [Test]
    public void Depth_is_limited()
    {
        Assert.That(() => Parse(Nested(JsonTree.MostDepth)), Throws.Nothing);
        Assert.That(
            () => Parse(Nested(JsonTree.MostDepth + 1)),
            Throws.TypeOf<DocumentException>().With.Message.Contains("64 deep")
                .And.Property("Place").EqualTo(new TextPlace(1, JsonTree.MostDepth + 1)));
        Assert.That(() => Parse(new string('[', 1_000_000)), Throws.TypeOf<DocumentException>());
    }

    [Test]
    public void The_number_of_values_is_limited()
    {
        string most = "[" + string.Join(',', Enumerable.Repeat("1", JsonTree.MostNodes - 1)) + "]";
        Assert.That(() => Parse(most), Throws.Nothing);
        Assert.That(
            () => Parse("[1," + most[1..]),
            Throws.TypeOf<DocumentException>().With.Message.Contains("200000 values"));
    }

    [Test]
    public void The_size_is_limited()
    {
        byte[] large = new byte[JsonTree.MostBytes + 1];
        Array.Fill(large, (byte)' ');
        Assert.That(() => JsonTree.Parse(large), Throws.TypeOf<DocumentException>().With.Message.Contains("4194304"));
    }

    [Test]
    public void Many_keys_take_no_longer_than_few()
    {
        string keys = string.Join(',', Enumerable.Range(0, 150_000).Select(static one => $"\"k{one}\":1"));
        DateTime before = DateTime.UtcNow;
        Assert.That(((MapNode)Parse("{" + keys + "}")).Entries, Has.Count.EqualTo(150_000));
        Assert.That(DateTime.UtcNow - before, Is.LessThan(TimeSpan.FromSeconds(10)));
        DocumentException twice = Assert.Throws<DocumentException>(() => Parse("{" + keys + ",\"k7\":1}"))!;
        Assert.That(twice.Message, Does.Contain("\"k7\" is there twice, first at 1:"));
    }

    [TestCase(new byte[] { (byte)'{', (byte)'\n', (byte)'"', 0xC3, 0x28, (byte)'"' }, 2, 2)]
    [TestCase(new byte[] { (byte)'"', 0xC3, 0xA4, 0xFF, (byte)'"' }, 1, 3)]
    [TestCase(new byte[] { 0xFF, 0xFE, (byte)'{', 0 }, 1, 1)]
    public void What_is_not_UTF8_is_refused(byte[] text, int line, int column)
    {
        DocumentException refused = Assert.Throws<DocumentException>(() => JsonTree.Parse(text))!;
        Assert.That(refused.Message, Does.Contain("is not UTF-8"));
        Assert.That(refused.Place, Is.EqualTo(new TextPlace(line, column)));
    }

    private static string Nested(int depth) => new string('[', depth) + new string(']', depth);

    private static DocumentNode Parse(string text) => JsonTree.Parse(Encoding.UTF8.GetBytes(text));
}
