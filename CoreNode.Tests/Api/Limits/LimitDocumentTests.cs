using System.Globalization;
using CoreNode.Api.Limits;
using CoreNode.Hosting;
using CoreNode.Tests.Architecture;

namespace CoreNode.Tests.Api.Limits;

/// <summary>The table of limits, the flags and the page for operators say the same.</summary>
[TestFixture, Category("Unit")]
internal sealed class LimitDocumentTests
{
    private static readonly ApiLimits s_standard = new();

    [Test]
    public void The_operations_page_lists_every_limit_with_its_default_flag_answer_and_metric()
    {
        string page = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "operations.md"));
        string[] documented =
            [.. MarkdownTable.Read(page, "What is bounded").Select(row => string.Join(" | ", row[1..5]))];
        string[] real = [.. LimitTable.Rules.Select(Row)];
        Assert.That(documented, Is.EqualTo(real));
    }

    [Test]
    public void Each_kind_of_limit_has_its_rule() =>
        Assert.That(LimitTable.Rules.Select(static r => r.Kind), Is.EqualTo(Enum.GetValues<LimitKind>()));

    [Test]
    public void Flags_and_rules_name_the_same_limits_with_the_same_defaults()
    {
        string[] flags = [.. LimitFlags.All.Select(static f => $"{f.Name} {f.Default}").Order(StringComparer.Ordinal)];
        string[] rules =
        [
            .. LimitTable.Rules.Where(static r => r.Flag is not null)
                .Select(static r => $"{r.Flag} {r.Value(s_standard)}").Order(StringComparer.Ordinal),
        ];
        Assert.That(flags, Is.EqualTo(rules));
    }

    [Test]
    public void Each_flag_sets_the_limit_that_its_name_says()
    {
        foreach (NodeFlag flag in LimitFlags.All)
        {
            const long Other = 123_456_789;
            ApiLimits limits = LimitFlags.Read((name, _, _) => name == flag.Name
                ? Other : ulong.Parse(NodeFlags.Find(name)!.Default, CultureInfo.InvariantCulture));
            string[] changed =
            [
                .. LimitTable.Rules.Where(r => r.Value(limits) != r.Value(s_standard)).Select(static r => r.Flag!),
            ];
            Assert.That(changed, Is.EqualTo(new[] { flag.Name }));
        }
    }

    private static string Row(LimitRule rule)
    {
        string flag = rule.Flag is null ? "–" : "--" + rule.Flag;
        string status = rule.Status == 0 ? "–" : rule.Status.ToString(CultureInfo.InvariantCulture);
        return $"{rule.Value(s_standard)} | {flag} | {status} | {rule.Label}";
    }
}
