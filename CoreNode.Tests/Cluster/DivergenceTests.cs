using CoreNode.Cluster;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Store;

namespace CoreNode.Tests.Cluster;

/// <summary>Members that differ from the others, or that lack what they promised, stop for good.</summary>
[TestFixture, Category("Unit")]
internal sealed class DivergenceTests
{
    private static readonly TimeSpan s_untilCompared = TimeSpan.FromSeconds(6);

    [Test]
    public void A_follower_whose_state_differs_stops_and_says_so()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember damaged = group.Members[2];
        Corrupt(group, damaged);
        group.Pass(s_untilCompared);
        Assert.That(damaged.Core.Stopped!.Kind, Is.EqualTo(MemberStopKind.Diverged));
        Assert.That(damaged.Core.Stopped.Message, Does.Contain("differs from that of the others"));
        Task<KeyOutcome> write = damaged.Set("/b");
        damaged.Round();
        Assert.That(CoreMember.Cause(write), Does.Contain("has stopped serving"));
        Assert.That(group.Members.Take(2).All(m => m.Core.Stopped is null), Is.True);
    }

    [Test]
    public void A_leader_whose_state_differs_from_the_majoritys_stops_itself()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember damaged = group.Leader;
        Corrupt(group, damaged);
        group.Pass(s_untilCompared);
        Assert.That(damaged.Core.Stopped!.Kind, Is.EqualTo(MemberStopKind.Diverged));
        Assert.That(damaged.IsLeader, Is.False);
        group.Pass(3 * CoreMember.Election);
        Assert.That(group.Members.Count(m => m.IsLeader), Is.EqualTo(1));
    }

    [Test]
    public void Members_that_agree_go_on_and_are_asked_only_when_there_is_news_or_now_and_then()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        int questions = 0;
        group.LetThrough = message =>
        {
            questions += message is StateReport { Kind: StateReportKind.Question } ? 1 : 0;
            return true;
        };
        group.Pass(TimeSpan.FromSeconds(20));
        Assert.That(questions, Is.InRange(2 * 3, 2 * 6), "two members, each fifth second");
        Assert.That(group.Members.All(m => m.Core.Stopped is null), Is.True);
    }

    [Test]
    public void A_question_about_what_was_passed_long_ago_is_not_answered()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CorePorts sent = new();
        StateComparison comparison = new(group.Follower.Core.Raft, sent);
        for (ulong i = 1; i <= 5000; i++)
            comparison.Applied(new LogIndex(i), i);
        comparison.Take(Report(StateReportKind.Question, 904, 904), 0);
        Assert.That(sent.Outgoing, Is.Empty);
        comparison.Take(Report(StateReportKind.Question, 905, 905), 0);
        Assert.That(sent.Outgoing.OfType<StateReport>().Single().Hash, Is.EqualTo(905));
        comparison.Take(Report(StateReportKind.Verdict, 904, 1), 0);
        Assert.That(comparison.Divergence, Is.Null);
        comparison.Take(Report(StateReportKind.Verdict, 905, 905), 0);
        Assert.That(comparison.Divergence, Is.Null);
        comparison.Take(Report(StateReportKind.Verdict, 905, 1), 0);
        Assert.That(comparison.Divergence, Is.Not.Null);
    }

    [Test]
    public void A_question_that_comes_before_its_index_is_answered_once_that_is_applied()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CorePorts sent = new();
        StateComparison comparison = new(group.Follower.Core.Raft, sent);
        comparison.Take(Report(StateReportKind.Question, 2, 7), 0);
        comparison.Applied(new LogIndex(1), 5);
        comparison.AnswerLate(0);
        Assert.That(sent.Outgoing, Is.Empty);
        comparison.Applied(new LogIndex(2), 6);
        comparison.Applied(new LogIndex(3), 8);
        comparison.AnswerLate(0);
        Assert.That(sent.Outgoing.OfType<StateReport>().Single().Hash, Is.EqualTo(6));
    }

    [Test]
    public void A_clock_that_is_ahead_shows_at_the_follower()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        StateComparison comparison = new(group.Follower.Core.Raft, new CorePorts());
        comparison.Take(Report(StateReportKind.Question, 1, 1), nowUnixNs: 3_000_000_000);
        Assert.That(comparison.ClockOffset, Is.EqualTo(TimeSpan.FromSeconds(3)));
    }

    [Test]
    public void A_member_whose_log_ends_before_what_it_acknowledged_stops()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember setBack = group.Members[2];
        setBack.Core.Handle(new PeerRaftMessage(new RaftMessage
        {
            Kind = MessageKind.Heartbeat,
            From = group.Leader.Id,
            To = setBack.Id,
            Term = group.Leader.Core.Raft.Term,
            Commit = setBack.Core.Raft.LastIndex + 5,
        }));
        setBack.Round();
        Assert.That(setBack.Core.Stopped!.Kind, Is.EqualTo(MemberStopKind.SetBack));
        Assert.That(setBack.Core.Stopped.WhatToDo, Does.Contain("--replace"));
    }

    [Test]
    public void A_stopped_member_takes_and_promises_nothing_more()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        CoreMember stopped = group.Members[2];
        stopped.IsDiskHung = true;
        group.Leader.Set("/a");
        group.Settle();
        stopped.Core.Handle(new PeerRaftMessage(new RaftMessage
        {
            Kind = MessageKind.Vote,
            From = group.Members[1].Id,
            To = stopped.Id,
            Term = stopped.Core.Raft.Term.Next,
            LogIndex = stopped.Core.Raft.LastIndex,
            LogTerm = stopped.Core.Raft.Term,
            IsTransfer = true,
        }));
        stopped.Round();
        stopped.Core.Handle(new RemovedByPeers(group.Leader.Id));
        stopped.IsDiskHung = false;
        stopped.Ports.Outgoing.Clear();
        stopped.Round();
        Assert.That(stopped.Ports.Outgoing, Is.Empty);
    }

    private static StateReport Report(StateReportKind kind, ulong index, ulong hash) =>
        new(new NodeId(9), new NodeId(8), kind, new LogIndex(index), hash, 0);

    // As a flipped bit in memory would: one member applies something else than the others.
    private static void Corrupt(CoreGroup group, CoreMember member)
    {
        byte[] flipped =
            new KeyCommand { Operation = KeyOperation.Set, Key = "/a"u8, Value = "flipped"u8 }.Encode();
        CoreMember author = group.Members.First(m => m != member);
        author.Set("/a");
        group.Alter = message => message is RaftMessage { Kind: MessageKind.Append, Entries.Length: > 0 } append
            && (append.To == member.Id || member.IsLeader)
                ? append with { Entries = Array.ConvertAll(append.Entries.ToArray(), e => e with { Data = flipped }) }
                : message;
        group.Settle();
        group.Alter = static message => message;
    }
}
