using CoreNode.Foundation;
using CoreNode.Updates.Omaha;

namespace CoreNode.Tests.Updates.Omaha;

/// <summary>Which of two versions is newer.</summary>
[TestFixture, Category("Unit")]
internal sealed class VersionOrderTests
{
    // Each is older than those after it.
    private static readonly string[] s_order =
    [
        "", "0.0.0.1", "0.9.12", "1.0.0-1", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2",
        "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.0.1", "367.1.0", "1068.8.0", "1122.2.0", "1122.10.0",
        "99999999999999999999999.0.0", "dev",
    ];

    [Test]
    public void Versions_are_ordered_as_the_servers_order_them()
    {
        for (int i = 0; i < s_order.Length; i++)
        {
            for (int k = 0; k < s_order.Length; k++)
            {
                Assert.That(
                    Math.Sign(VersionOrder.Compare(s_order[i], s_order[k])), Is.EqualTo(Math.Sign(i.CompareTo(k))),
                    $"\"{s_order[i]}\" and \"{s_order[k]}\"");
            }
        }
    }

    [TestCase("1.2.0", "1.2")]
    [TestCase("0.0.0.0", "0.0.0")]
    [TestCase("01.2.3", "1.02.3")]
    [TestCase("3033.2.4+nightly-20210101", "3033.2.4")]
    [TestCase(" 1.2.3\n", "1.2.3")]
    public void Different_spellings_rank_the_same(string one, string other)
    {
        Assert.That(VersionOrder.Compare(one, other), Is.Zero);
        Assert.That(VersionOrder.Compare(other, one), Is.Zero);
    }

    [Test]
    public void Whatever_the_texts_are_the_order_has_no_circle()
    {
        const string Letters = "0019.-+a ";
        Prng random = new(7);
        string Any() => string.Concat(
            Enumerable.Range(0, random.Next(8)).Select(_ => Letters[random.Next(Letters.Length)]));
        for (int i = 0; i < 20_000; i++)
        {
            (string a, string b, string c) = (Any(), Any(), Any());
            Assert.That(
                Math.Sign(VersionOrder.Compare(a, b)), Is.EqualTo(-Math.Sign(VersionOrder.Compare(b, a))), $"{a}|{b}");
            if (VersionOrder.Compare(a, b) <= 0 && VersionOrder.Compare(b, c) <= 0)
                Assert.That(VersionOrder.Compare(a, c), Is.LessThanOrEqualTo(0), $"{a}|{b}|{c}");
        }
    }
}
