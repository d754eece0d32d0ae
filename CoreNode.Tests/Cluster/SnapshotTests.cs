using CoreNode.Cluster;
using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Store;

namespace CoreNode.Tests.Cluster;

/// <summary>Snapshots between cores: written when somebody needs one, installed as one step.</summary>
[TestFixture, Category("Unit")]
internal sealed class SnapshotTests
{
    /// <summary>Brings the leader's snapshot to a member, writing one first if it asks for it.</summary>
    public static void CarrySnapshot(CoreGroup group, CoreMember to)
    {
        CoreMember leader = group.Leader;
        CapturedSnapshot? written = Write(leader);
        group.Settle();
        if (leader.Ports.SnapshotsSent.LastOrDefault(m => m.To == to.Id) is not { } message)
            return;
        leader.Ports.SnapshotsSent.Clear();
        CapturedSnapshot snapshot = written ?? Capture(leader);
        to.Core.Handle(CoreGroup.Received(snapshot, message));
        leader.Core.Handle(new SnapshotReported(to.Id, isDelivered: true));
        group.Settle();
    }

    [Test]
    public void A_member_that_lags_too_far_gets_a_snapshot_and_goes_on_with_the_log()
    {
        (CoreGroup group, CoreMember lagging) = Lagging();
        CarrySnapshot(group, lagging);
        group.Pass(2 * CoreMember.Heartbeat);
        Assert.That(lagging.Core.Published.AppliedIndex, Is.EqualTo(group.Leader.Core.Published.AppliedIndex));
        Assert.That(lagging.Has("/k1"), Is.True);
        Assert.That(lagging.Core.Keys.StateHash, Is.EqualTo(group.Leader.Core.Keys.StateHash));
        Task<KeyOutcome> write = lagging.Set("/after");
        group.Settle();
        Assert.That(CoreMember.Cause(write), Is.EqualTo("(success)"));
    }

    [Test]
    public void Entries_after_a_snapshot_that_is_being_written_stay_for_whom_it_is_written()
    {
        (CoreGroup group, CoreMember lagging) = Lagging();
        CoreMember leader = group.Leader;
        Assert.That(leader.Ports.SnapshotsToWrite, Has.Count.EqualTo(1));

        // Much is written while the snapshot is.
        WriteMuch(group, "during");
        CapturedSnapshot snapshot = Write(leader)!;
        group.Settle();
        Assert.That(leader.Core.Raft.FirstIndex, Is.LessThanOrEqualTo(snapshot.Index.Next));
        RaftMessage message = leader.Ports.SnapshotsSent.Single();
        lagging.Core.Handle(CoreGroup.Received(snapshot, message));
        leader.Core.Handle(new SnapshotReported(lagging.Id, isDelivered: true));
        group.Pass(2 * CoreMember.Heartbeat);
        Assert.That(leader.Ports.SnapshotsToWrite, Is.Empty, "one snapshot was enough");
        Assert.That(lagging.Core.Published.AppliedIndex, Is.EqualTo(leader.Core.Published.AppliedIndex));
    }

    [Test]
    public void A_snapshot_that_the_log_does_not_go_on_from_is_not_sent()
    {
        CoreGroup group = new CoreGroup(3, snapshotCount: 50).Elect();
        CoreMember lagging = group.Members[2];
        lagging.IsCut = true;
        for (int i = 0; i < 60; i++)
            group.Leader.Set($"/early{i}");
        group.Settle();
        Assert.That(group.Leader.Ports.SnapshotsToWrite, Has.Count.EqualTo(1), "due by its number of entries");
        group.Pass(CoreMember.Election + CoreMember.Heartbeat);
        WriteMuch(group, "k");
        lagging.IsCut = false;
        group.Pass(2 * CoreMember.Heartbeat);
        LogIndex first = group.Leader.Core.Raft.FirstIndex;
        CapturedSnapshot early = Write(group.Leader)!;
        Assert.That(early.Index.Next, Is.LessThan(first));
        group.Settle();
        Assert.That(group.Leader.Ports.SnapshotsSent, Is.Empty);
        Assert.That(group.Leader.Ports.SnapshotsToWrite, Has.Count.EqualTo(1), "a newer one is wanted");
    }

    [Test]
    public void An_installed_snapshot_ends_watches_and_tells_them_that_events_are_lost()
    {
        (CoreGroup group, CoreMember lagging) = Lagging();
        using IWatch watch = lagging.Watch("/");
        ValueTask<bool> waiting = watch.WaitAsync();
        Assert.That(waiting.IsCompleted, Is.False);
        CarrySnapshot(group, lagging);
        Assert.That(waiting.IsCompleted && !waiting.Result, Is.True);
        Assert.That(watch.IsDropped, Is.True);
        using IWatch next = lagging.Watch("/");
        group.Leader.Set("/after");
        group.Settle();
        Assert.That(next.TryRead(out KeyEvent? change), Is.True);
        Assert.That(change!.Action, Is.EqualTo(KeyAction.Set));
    }

    [Test]
    public void Writes_that_a_snapshot_stands_for_are_unknown()
    {
        (CoreGroup group, CoreMember lagging) = Lagging();
        group.LetThrough = message => message is not RaftMessage { Kind: MessageKind.Append } append
            || append.To != lagging.Id;
        Task<KeyOutcome> write = lagging.Set("/mine");
        group.Settle();
        Assert.That(write.IsCompleted, Is.False);
        group.Leader.Ports.SnapshotsToWrite.Clear();
        RaftMessage message = new()
        {
            Kind = MessageKind.Snapshot,
            From = group.Leader.Id,
            To = lagging.Id,
            Term = group.Leader.Core.Raft.Term,
        };
        lagging.Core.Handle(CoreGroup.Received(Capture(group.Leader), message));
        group.Settle();
        Assert.That(lagging.Has("/mine"), Is.True);
        Assert.That(CoreMember.Cause(write), Does.Contain("previous leader failure"));
    }

    [Test]
    public void Two_snapshots_before_one_round_install_the_one_that_raft_wants()
    {
        (CoreGroup group, CoreMember lagging) = Lagging();
        CoreMember leader = group.Leader;
        CapturedSnapshot older = Capture(leader);
        leader.Set("/later");
        group.Settle();
        CapturedSnapshot newer = Capture(leader);
        RaftMessage message = new()
        {
            Kind = MessageKind.Snapshot,
            From = leader.Id,
            To = lagging.Id,
            Term = leader.Core.Raft.Term,
        };
        lagging.Core.Handle(CoreGroup.Received(newer, message));
        lagging.Core.Handle(CoreGroup.Received(older, message));
        lagging.Round();
        lagging.Round();
        Assert.That(lagging.Core.Published.AppliedIndex, Is.EqualTo(newer.Index));
        Assert.That(lagging.Has("/later"), Is.True);
    }

    [Test]
    public void A_newer_snapshot_replaces_one_that_is_being_installed()
    {
        (CoreGroup group, CoreMember lagging) = Lagging();
        CoreMember leader = group.Leader;
        lagging.IsDiskHung = true;
        RaftMessage message = new()
        {
            Kind = MessageKind.Snapshot,
            From = leader.Id,
            To = lagging.Id,
            Term = leader.Core.Raft.Term,
        };
        lagging.Core.Handle(CoreGroup.Received(Capture(leader), message));
        lagging.Round();
        leader.Set("/later");
        group.Settle();
        CapturedSnapshot newer = Capture(leader);
        lagging.Core.Handle(CoreGroup.Received(newer, message));
        lagging.Round();
        lagging.Core.Handle(new LogPersisted(lagging.Ports.LastNumber - 1));
        lagging.Round();
        lagging.IsDiskHung = false;
        group.Settle();
        Assert.That(lagging.Has("/later"), Is.True);
        Assert.That(lagging.Core.Published.AppliedIndex, Is.GreaterThanOrEqualTo(newer.Index));
    }

    [Test]
    public void A_backup_asked_for_while_a_snapshot_is_installed_shows_state_and_members_of_one_moment()
    {
        (CoreGroup group, CoreMember lagging) = Lagging();
        MemberChangeOutcome added = Done(group, group.Leader.Change(MemberOperation.Add, default, CoreGroup.Url(9)));
        lagging.IsDiskHung = true;
        RaftMessage message = new()
        {
            Kind = MessageKind.Snapshot,
            From = group.Leader.Id,
            To = lagging.Id,
            Term = group.Leader.Core.Raft.Term,
        };
        lagging.Core.Handle(CoreGroup.Received(Capture(group.Leader), message));
        CaptureState backup = new();
        lagging.Core.Handle(backup);
        lagging.Round();
        Assert.That(backup.Completion.Task.IsCompleted, Is.False);
        lagging.IsDiskHung = false;
        lagging.Round();
        CapturedSnapshot captured = backup.Completion.Task.Result;
        Assert.That(captured.Configuration.Learners, Does.Contain(added.Member!.Id));
        Assert.That(MemberRecords.Read(captured.Keys.Keyspace), Has.Count.EqualTo(4));
    }

    [Test]
    public void An_own_snapshot_that_ends_after_a_received_one_was_installed_does_no_harm()
    {
        (CoreGroup group, CoreMember lagging) = Lagging(snapshotCount: 10);
        Assert.That(lagging.Ports.SnapshotsToWrite, Has.Count.EqualTo(1), "its own is being written");
        CarrySnapshot(group, lagging);
        LogIndex applied = lagging.Core.Published.AppliedIndex;
        CapturedSnapshot own = Write(lagging)!;
        Assert.That(own.Index, Is.LessThan(applied));
        group.Settle();
        Assert.That(lagging.Core.Published.AppliedIndex, Is.GreaterThanOrEqualTo(applied));
        Task<KeyOutcome> write = lagging.Set("/after");
        group.Settle();
        Assert.That(CoreMember.Cause(write), Is.EqualTo("(success)"));
    }

    [Test]
    public void A_failed_snapshot_is_tried_again_later_and_keeps_the_member_waiting_for_it()
    {
        (CoreGroup group, CoreMember lagging) = Lagging();
        CoreMember leader = group.Leader;
        CapturedSnapshot failed = leader.Ports.SnapshotsToWrite.Dequeue();
        leader.Core.Handle(new SnapshotFinished(failed, new IOException("no space left")));
        group.Settle();
        Assert.That(leader.Ports.SnapshotsToWrite, Is.Empty);
        group.Pass(TimeSpan.FromSeconds(1.2));
        Assert.That(leader.Ports.SnapshotsToWrite, Has.Count.EqualTo(1));
        CarrySnapshot(group, lagging);
        Assert.That(lagging.Has("/k1"), Is.True);
    }

    private static CapturedSnapshot? Write(CoreMember member)
    {
        if (!member.Ports.SnapshotsToWrite.TryDequeue(out CapturedSnapshot? snapshot))
            return null;
        member.Core.Handle(new SnapshotFinished(snapshot, null));
        return snapshot;
    }

    private static CapturedSnapshot Capture(CoreMember member)
    {
        CaptureState capture = new();
        member.Core.Handle(capture);
        member.Round();
        return capture.Completion.Task.Result;
    }

    private static MemberChangeOutcome Done(CoreGroup group, Task<MemberChangeOutcome> change)
    {
        group.Settle();
        Assert.That(change.Result.Code, Is.EqualTo(MemberChangeCode.Done), change.Result.Message);
        return change.Result;
    }

    private static void WriteMuch(CoreGroup group, string name)
    {
        for (int i = 0; i < 8; i++)
        {
            for (int j = 0; j < 1000; j++)
                group.Leader.Set($"/{name}{i}");
            group.Settle();
        }
    }

    // Three members, of which the last one is too far behind to be fed from the log.
    private static (CoreGroup Group, CoreMember Lagging) Lagging(ulong snapshotCount = 1_000_000)
    {
        CoreGroup group = new CoreGroup(3, snapshotCount).Elect();
        CoreMember lagging = group.Members[2];
        for (int i = 0; i < 20; i++)
            group.Leader.Set($"/before{i}");
        group.Settle();
        lagging.IsCut = true;
        group.Pass(CoreMember.Election + CoreMember.Heartbeat);
        if (snapshotCount < 1000)
            Write(group.Leader);
        WriteMuch(group, "k");
        if (snapshotCount < 1000)
            Write(group.Leader);
        group.Settle();
        lagging.IsCut = false;
        group.Pass(2 * CoreMember.Heartbeat);
        return (group, lagging);
    }
}
