using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Tests.Raft;

/// <summary>Judges a run from outside: the five properties of the paper's figure 3, durability and reads.</summary>
internal sealed class SafetyChecker
{
    private readonly Dictionary<Term, NodeId> _leaders = [];
    private readonly SortedDictionary<LogIndex, RaftEntry> _applied = [];
    private readonly Dictionary<ulong, LogIndex> _reads = [];
    private ulong _contexts;

    /// <summary>The highest index that any member has applied.</summary>
    public LogIndex HighestApplied { get; private set; }

    public int ReadsAnswered { get; private set; }

    /// <summary>State machine safety: nobody applies another entry at an index that somebody has applied.</summary>
    public void Applied(Member member, RaftEntry entry)
    {
        if (_applied.TryGetValue(entry.Index, out RaftEntry known) && !Same(known, entry))
            Require(false, $"{member.Id} applies {RaftText.Entry(entry)}, not {RaftText.Entry(known)}");
        if (LastOnDisk(member) < entry.Index)
            Require(false, $"{member.Id} applies {RaftText.Entry(entry)}, which it could lose");
        _applied[entry.Index] = entry;
        HighestApplied = LogIndex.Max(HighestApplied, entry.Index);
    }

    /// <summary>Election safety and leader completeness, when a member leads.</summary>
    public void Leads(Member member)
    {
        RaftNode node = member.Node;
        if (_leaders.TryGetValue(node.Term, out NodeId known))
        {
            Require(known == member.Id, $"{known} and {member.Id} both lead term {node.Term}");
            return;
        }

        _leaders[node.Term] = member.Id;
        Require(node.LastIndex >= HighestApplied, $"leader {member.Id} ends before the applied {HighestApplied}");
        foreach (RaftEntry entry in _applied.Values)
        {
            if (node.TryGetTerm(entry.Index, out Term term) && term != entry.Term)
                Require(false, $"leader {member.Id} lacks the applied {RaftText.Entry(entry)}");
        }
    }

    /// <summary>Log matching: two logs that agree at one position agree everywhere before it.</summary>
    public static void Matching(Member a, Member b)
    {
        LogIndex low = LogIndex.Max(a.Node.FirstIndex, b.Node.FirstIndex).Previous;
        bool haveToAgree = false;
        for (LogIndex at = LogIndex.Min(a.Node.LastIndex, b.Node.LastIndex); at >= low; at = at.Previous)
        {
            a.Node.TryGetTerm(at, out Term x);
            b.Node.TryGetTerm(at, out Term y);
            haveToAgree |= x == y;
            if (haveToAgree && x != y)
                Require(false, $"{a.Id} has {RaftText.At(at, x)} and {b.Id} {RaftText.At(at, y)}");
            if (at == LogIndex.Zero)
                break;
        }
    }

    /// <summary>Persist before acknowledge: whoever promises something has it on disk.</summary>
    public static void Sent(Member member, RaftMessage message)
    {
        MemberDisk disk = member.Disk;
        if (message.Kind is MessageKind.Vote || message is { Kind: MessageKind.VoteResponse, Reject: false })
        {
            NodeId vote = message.Kind == MessageKind.Vote ? member.Id : message.To;
            bool isDurable = disk.HardState.Term > message.Term
                || (disk.HardState.Term == message.Term && disk.HardState.Vote == vote);
            Require(isDurable, "a vote is sent before it is durable", message);
        }

        if (message is { Kind: MessageKind.AppendResponse, Reject: false })
        {
            Require(LastOnDisk(member) >= message.LogIndex, "an acknowledgement is sent before it is durable", message);
        }
    }

    /// <summary>A read begins: it has to see everything applied anywhere so far.</summary>
    public ulong BeginRead()
    {
        _reads[++_contexts] = HighestApplied;
        return _contexts;
    }

    public void EndRead(ReadState read)
    {
        Require(read.Index >= _reads[read.Context], $"read {read.Context} at {read.Index} misses applied entries");
        ReadsAnswered++;
    }

    private static LogIndex LastOnDisk(Member member) => member.Disk.Entries.Count > 0
        ? member.Disk.Entries[^1].Index
        : member.Disk.Snapshot.Metadata.Index;

    private static bool Same(RaftEntry a, RaftEntry b) => a.Index == b.Index && a.Term == b.Term && a.Kind == b.Kind
        && a.Data.Span.SequenceEqual(b.Data.Span);

    private static void Require(bool holds, string what, RaftMessage message)
    {
        if (!holds)
            Require(false, $"{what}: {RaftText.Message(message)}");
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
            throw new AssertionException(what);
    }
}
