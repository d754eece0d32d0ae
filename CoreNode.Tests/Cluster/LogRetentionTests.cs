using CoreNode.Cluster;
using CoreNode.Foundation;

namespace CoreNode.Tests.Cluster;

/// <summary>Which applied entries stay in memory, for whom.</summary>
[TestFixture, Category("Unit")]
internal sealed class LogRetentionTests
{
    private const ulong Retained = 1000;

    [Test]
    public void The_last_entries_stay_for_members_that_were_away_for_a_moment()
    {
        LogRetention retention = Applied(new LogRetention(Retained), 10_000, bytesEach: 100);
        LogIndex target = retention.CompactTo(new LogIndex(10_000), isAlone: false);
        Assert.That(target.Value, Is.InRange(10_000 - Retained - 64, 10_000 - Retained));
        Assert.That(retention.HasSurplus(isAlone: false), Is.False);
        Assert.That(retention.HeldBytes, Is.EqualTo((long)(10_000 - target.Value) * 100));
    }

    [Test]
    public void What_a_slow_member_needs_stays_until_it_is_too_much()
    {
        LogRetention retention = Applied(new LogRetention(Retained), 10_000, bytesEach: 100);
        Assert.That(retention.CompactTo(new LogIndex(2000), isAlone: false).Value, Is.InRange(1936, 2000));
        LogRetention large = Applied(new LogRetention(Retained), 3000, bytesEach: 1 << 20);
        LogIndex target = large.CompactTo(new LogIndex(10), isAlone: false);
        Assert.That(target.Value, Is.GreaterThan(10));
        Assert.That(large.HeldBytes, Is.LessThan(257L << 20));
        Assert.That(large.HeldBytes, Is.GreaterThan(200L << 20), "no more than needed goes");
    }

    [Test]
    public void Large_entries_go_earlier_than_their_number_says()
    {
        LogRetention retention = Applied(new LogRetention(Retained), 500, bytesEach: 1 << 20);
        LogIndex target = retention.CompactTo(new LogIndex(500), isAlone: false);
        Assert.That(500 - target.Value, Is.LessThanOrEqualTo(17));
    }

    [Test]
    public void Alone_hardly_anything_stays()
    {
        LogRetention retention = Applied(new LogRetention(Retained), 10_000, bytesEach: 100);
        Assert.That(retention.CompactTo(new LogIndex(10_000), isAlone: true).Value, Is.InRange(9680, 9744));
    }

    [Test]
    public void After_a_snapshot_took_its_place_nothing_of_the_old_log_counts()
    {
        LogRetention retention = Applied(new LogRetention(Retained), 10_000, bytesEach: 100);
        retention.Reset();
        Assert.That(retention.HeldBytes, Is.Zero);
        Assert.That(retention.HasSurplus(isAlone: false), Is.False);
        retention.Applied(new LogIndex(20_001), 100);
        Assert.That(retention.CompactTo(new LogIndex(20_001), isAlone: false), Is.EqualTo(LogIndex.Zero));
    }

    private static LogRetention Applied(LogRetention retention, ulong entries, long bytesEach)
    {
        for (ulong i = 1; i <= entries; i++)
            retention.Applied(new LogIndex(i), bytesEach);
        return retention;
    }
}
