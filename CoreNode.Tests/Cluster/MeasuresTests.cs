using CoreNode.Cluster;
using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Store;

namespace CoreNode.Tests.Cluster;

/// <summary>What a member knows of itself and the others: activity, appends, health.</summary>
[TestFixture, Category("Unit")]
internal sealed class MeasuresTests
{
    private static readonly NodeId s_self = new(1);
    private static readonly NodeId s_other = new(2);

    private readonly CoreTime _time = new();

    [Test]
    public void Who_was_not_heard_from_within_the_limit_is_not_active()
    {
        PeerActivity activity = new(_time, TimeSpan.FromSeconds(1));
        Assert.That(activity.IsActive(s_other), Is.False);
        activity.Heard(s_other);
        _time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.That(activity.IsActive(s_other), Is.True);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.That(activity.IsActive(s_other), Is.False);
    }

    [Test]
    public void Appends_are_measured_from_leaving_to_being_durable_there_and_one_answer_may_be_for_several()
    {
        AppendTraffic traffic = new(_time);
        traffic.NoteSent(Append(after: 0, entries: 2));
        _time.Advance(TimeSpan.FromMilliseconds(10));
        traffic.NoteSent(Append(after: 2, entries: 1));
        traffic.NoteSent(Append(after: 3, entries: 0));
        _time.Advance(TimeSpan.FromMilliseconds(10));
        traffic.NoteReceived(Answer(2));
        Assert.That(traffic.TimesOf(s_other).Latest, Is.EqualTo(TimeSpan.FromMilliseconds(20)));
        _time.Advance(TimeSpan.FromMilliseconds(20));
        traffic.NoteReceived(Answer(3));
        AppendTimes times = traffic.TimesOf(s_other);
        Assert.Multiple(() =>
        {
            Assert.That(traffic.Sent, Is.EqualTo(2), "one without entries is none");
            Assert.That(times.Succeeded, Is.EqualTo(2));
            Assert.That(times.Minimum, Is.EqualTo(TimeSpan.FromMilliseconds(20)));
            Assert.That(times.Maximum, Is.EqualTo(TimeSpan.FromMilliseconds(30)));
            Assert.That(times.Average, Is.EqualTo(TimeSpan.FromMilliseconds(25)));
        });
    }

    [Test]
    public void A_rejection_counts_as_failed_and_forgets_what_was_on_its_way()
    {
        AppendTraffic traffic = new(_time);
        traffic.NoteSent(Append(after: 0, entries: 2));
        traffic.NoteReceived(Answer(0) with { Reject = true });
        traffic.NoteReceived(Answer(2));
        AppendTimes times = traffic.TimesOf(s_other);
        Assert.That((times.Succeeded, times.Failed), Is.EqualTo((0L, 1L)));
    }

    [Test]
    public void What_a_leader_told_of_its_commit_position_never_goes_back()
    {
        AppendTraffic traffic = new(_time);
        traffic.NoteReceived(Append(after: 4, entries: 1) with { Commit = new LogIndex(5) });
        traffic.NoteReceived(Append(after: 1, entries: 1) with { Commit = new LogIndex(2) });
        Assert.That(traffic.LeaderCommitted, Is.EqualTo(new LogIndex(5)));
        Assert.That(traffic.Received, Is.EqualTo(2));
    }

    [Test]
    public void The_first_reason_for_bad_health_is_told_and_a_healthy_member_has_none()
    {
        ClusterStatus good = new CoreGroup(3).Elect().Leader.Core.Status;
        Assert.Multiple(() =>
        {
            Assert.That(Reason(good), Is.Null);
            Assert.That(Reason(good, hasLeader: false), Does.Contain("no leader").And.Contain("4.5 s"));
            Assert.That(
                Reason(good with { SyncRunning = TimeSpan.FromSeconds(2) }), Does.Contain("the disk hangs"));
            Assert.That(
                Reason(good with { SyncP99 = TimeSpan.FromMilliseconds(501) }), Does.Contain("501 ms"));
            Assert.That(
                Reason(good with { ClockOffset = TimeSpan.FromSeconds(-0.6) }), Does.Contain("0.6 s behind"));
            Assert.That(
                Reason(good with { ClockOffset = TimeSpan.FromSeconds(0.6) }), Does.Contain("0.6 s ahead of"));
        });
    }

    private static string? Reason(ClusterStatus status, bool hasLeader = true) =>
        MemberHealth.Reason(status, hasLeader, TimeSpan.FromSeconds(4.5), TimeSpan.FromSeconds(1));

    private static RaftMessage Append(ulong after, int entries) => new()
    {
        Kind = MessageKind.Append,
        From = s_self,
        To = s_other,
        Term = new Term(1),
        LogIndex = new LogIndex(after),
        Entries = new RaftEntry[entries],
    };

    private static RaftMessage Answer(ulong durable) => new()
    {
        Kind = MessageKind.AppendResponse,
        From = s_other,
        To = s_self,
        Term = new Term(1),
        LogIndex = new LogIndex(durable),
    };
}
