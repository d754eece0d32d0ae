using CoreNode.Foundation;
using CoreNode.Updates.Rollout;

namespace CoreNode.Tests.Updates.Rollout;

/// <summary>Counts near a moment against a list that is gone through.</summary>
[TestFixture, Category("Unit")]
internal sealed class TimeCountsTests
{
    [Test]
    public void It_counts_what_a_list_counts()
    {
        for (ulong seed = 1; seed <= 30; seed++)
        {
            Prng chance = new(seed);
            long span = chance.Next(1, 500);
            TimeCounts counts = new(span);
            List<long> naive = [];
            long now = 10_000;
            for (int i = 0; i < 1500; i++)
            {
                // Mostly on, sometimes back and far.
                now += chance.Chance(0.01) ? chance.Next(-3000, 3000) : chance.Next(3);
                if (naive.Count > 0 && chance.Chance(0.4))
                {
                    int at = chance.Next(naive.Count);
                    counts.Remove(naive[at]);
                    naive.RemoveAt(at);
                }
                else
                {
                    counts.Add(now);
                    naive.Add(now);
                }

                long asked = now + (chance.Chance(0.2) ? chance.Next(-1000, 1000) : 0);
                Assert.That(counts.Near(asked), Is.EqualTo(Near(naive, asked, span)), $"seed {seed}");
                if (i % 10 == 0)
                    Assert.That(counts.Below(3, asked), Is.EqualTo(Below(naive, 3, asked, span)), $"seed {seed}");
            }

            Assert.That(new TimeCounts(span, [.. naive]).Describe(), Is.EqualTo(counts.Describe()));
        }
    }

    [Test]
    public void What_was_not_counted_cannot_be_taken_off()
    {
        TimeCounts counts = new(60);
        counts.Add(5);
        counts.Remove(5);
        Assert.That(() => counts.Remove(5), Throws.TypeOf<InvariantException>());
    }

    private static int Near(List<long> seconds, long now, long span) => seconds.Count(s => Math.Abs(s - now) < span);

    private static long Below(List<long> seconds, int limit, long now, long span)
    {
        while (Near(seconds, now, span) >= limit)
            now++;
        return now;
    }
}
