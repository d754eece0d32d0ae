using System.Buffers;
using System.Text.Json;
using CoreNode.Tests.Architecture;
using CoreNode.Tests.EndToEnd;
using CoreNode.Updates.Omaha;
using CoreNode.Updates.Rollout;

namespace CoreNode.Tests.Updates.Rollout;

/// <summary>docs/update-server.md says of policies and reasons what the code does.</summary>
[TestFixture, Category("Unit")]
internal sealed class RolloutDocumentTests
{
    private static readonly string s_page = File.ReadAllText(Repository.File("docs/update-server.md"));

    [Test]
    public void Its_table_has_every_key_of_a_policy()
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes))
            PolicyCodec.Write(json, new RolloutPolicy());
        using JsonDocument written = JsonDocument.Parse(bytes.WrittenMemory);
        IEnumerable<string> listed = MarkdownTable.Read(s_page, "Key of a policy")
            .SelectMany(static row => row[0].Split(", "));
        Assert.That(listed, Is.EquivalentTo(written.RootElement.EnumerateObject().Select(static p => p.Name)));
    }

    [Test]
    public void Its_example_is_a_policy()
    {
        string example = s_page.Split("### Policies")[1].Split("```json\n", 2)[1].Split("```", 2)[0];
        using JsonDocument json = JsonDocument.Parse(example);
        List<string> faults = [];
        Assert.That(PolicyCodec.Read(json.RootElement, faults), Is.Not.Null, string.Join('\n', faults));
    }

    [Test]
    public void Its_reasons_stand_in_the_order_in_which_they_are_looked_at()
    {
        IEnumerable<string> order = Enum.GetValues<RolloutBlock>()
            .Where(static block => block != RolloutBlock.None).Select(HoldTexts.Reason).Distinct();
        string[] listed = [.. MarkdownTable.Read(s_page, "Order").Select(static row => row[1])];
        Assert.Multiple(() =>
        {
            Assert.That(listed, Is.EqualTo(order));
            Assert.That(listed, Is.EquivalentTo(HoldReasons.All));
        });
    }
}
