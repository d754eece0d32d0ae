using CoreNode.Overlay.Links;
using CoreNode.Overlay.Net;

namespace CoreNode.Tests.Overlay.Links;

/// <summary>Requests to nf_tables byte by byte, and read back by our own decoder.</summary>
[TestFixture, Category("Unit")]
internal sealed class TableMessagesTests
{
    private const string Table = "corenode_overlay";

    private static readonly FirewallRules s_rules = new(
        [new MasqueradeRule(IpPrefix.Parse("10.1.0.0/16"), IpPrefix.Parse("10.1.2.3/32"))],
        [IpPrefix.Parse("fd10:1::/45")]);

    [Test]
    public void The_table_is_one_batch()
    {
        MessageWriter messages = new();
        TableMessages.Set(messages, Table, s_rules);
        messages.Number(1);
        GoldenMessages.Check("table-messages.txt", "table", messages);
    }

    [Test]
    public void Its_removal_is_one_batch()
    {
        MessageWriter messages = new();
        TableMessages.Set(messages, Table, null);
        messages.Number(1);
        GoldenMessages.Check("table-messages.txt", "table removed", messages);
    }

    [Test]
    public void What_is_asked_for_has_its_bytes()
    {
        MessageWriter messages = new();
        TableMessages.GetTable(messages, Table);
        TableMessages.DumpChains(messages);
        TableMessages.DumpRules(messages, Table);
        messages.Number(1);
        GoldenMessages.Check("table-messages.txt", "questions", messages);
    }

    [Test]
    public void What_is_written_is_read_as_the_same_rules()
    {
        MessageWriter messages = new();
        TableMessages.Set(messages, Table, s_rules);
        List<FirewallLine> outgoing = [], forward = [];
        MessageReader reader = new(messages.Bytes);
        while (reader.Next())
        {
            if (reader.Type != Tables.NewRule)
                continue;
            RuleEntry rule = TableDecoder.Rule(reader.Body, Table)!;
            (rule.Chain == TableMessages.ForwardChain ? forward : outgoing).Add(rule.Line!);
        }

        Assert.That(new FirewallLines(outgoing, forward).ToRules(), Is.EqualTo(s_rules));
    }

    [Test]
    public void Lines_that_are_no_rules_are_known_as_altered()
    {
        FirewallLines lines = FirewallLines.Of(s_rules);
        Assert.That(lines.ToRules(), Is.EqualTo(s_rules));
        FirewallLine first = lines.Outgoing[0];
        FirewallLines[] others =
        [
            lines with { Outgoing = [.. lines.Outgoing, first] },
            lines with { Outgoing = [lines.Outgoing[1], first, .. lines.Outgoing.Skip(2)] },
            lines with { Outgoing = [first with { Action = LineAction.Pass }, .. lines.Outgoing.Skip(1)] },
            lines with { Outgoing = [.. lines.Outgoing.Take(4)] },
            lines with { Outgoing = [.. lines.Outgoing.Skip(1)] },
            lines with { Forward = [lines.Forward[0]] },
            lines with { Forward = [lines.Forward[1], lines.Forward[0]] },
        ];
        foreach (FirewallLines other in others)
            Assert.That(other.ToRules().IsAltered, Is.True);
    }
}
