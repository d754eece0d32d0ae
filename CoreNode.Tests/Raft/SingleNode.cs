using System.Text;
using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Tests.Raft;

/// <summary>One node on a disk that is instantly durable, with its peers played by the test.</summary>
internal sealed class SingleNode
{
    public const int ElectionTicks = 10;

    public SingleNode(
        ulong id = 1,
        int voters = 3,
        HardState hardState = default,
        RaftEntry[]? entries = null,
        bool preVote = false,
        bool checkQuorum = false,
        Configuration? configuration = null,
        ulong seed = 1)
    {
        Node = new RaftNode(
            new RaftConfig
            {
                Id = new NodeId(id),
                Prng = new Prng(seed),
                ElectionTicks = ElectionTicks,
                HeartbeatTicks = 2,
                PreVote = preVote,
                CheckQuorum = checkQuorum,
            },
            hardState,
            configuration ?? Voters(voters),
            LogIndex.Zero,
            Term.Zero,
            entries ?? []);
    }

    public RaftNode Node { get; }

    public List<RaftEntry> Applied { get; } = [];

    public List<ReadState> Reads { get; } = [];

    public static Configuration Voters(int count) =>
        new(Enumerable.Range(1, count).Select(static id => new NodeId((ulong)id)));

    /// <summary>Entries from index 1 on with these terms.</summary>
    public static RaftEntry[] Log(params ulong[] terms) =>
        [.. terms.Select(static (term, i) => Entry((ulong)i + 1, term))];

    public static RaftEntry Entry(ulong index, ulong term) =>
        new(new LogIndex(index), new Term(term), EntryKind.Command, Encoding.UTF8.GetBytes($"{index}/{term}"));

    /// <summary>A message from <paramref name="from"/> to this node.</summary>
    public RaftMessage Message(MessageKind kind, ulong from, ulong term) =>
        new() { Kind = kind, From = new NodeId(from), To = Node.Id, Term = new Term(term) };

    public RaftMessage Append(ulong from, ulong term, ulong afterIndex, ulong afterTerm, ulong commit,
        params RaftEntry[] entries) => Message(MessageKind.Append, from, term) with
        {
            LogIndex = new LogIndex(afterIndex),
            LogTerm = new Term(afterTerm),
            Commit = new LogIndex(commit),
            Entries = entries,
        };

    public RaftMessage Acknowledge(ulong from, ulong index) =>
        Message(MessageKind.AppendResponse, from, Node.Term.Value) with { LogIndex = new LogIndex(index) };

    /// <summary>Steps a message and returns what the node sends because of it.</summary>
    public List<RaftMessage> Step(RaftMessage message)
    {
        Node.Step(message);
        return Work();
    }

    public List<RaftMessage> Tick(int count = 1)
    {
        for (int i = 0; i < count; i++)
            Node.Tick();
        return Work();
    }

    /// <summary>Does all of the caller's duties and returns everything sent.</summary>
    public List<RaftMessage> Work()
    {
        List<RaftMessage> sent = [];
        while (Node.HasReady)
        {
            Ready ready = Node.TakeReady();
            sent.AddRange(ready.Messages);
            sent.AddRange(ready.MessagesAfterPersist);
            Applied.AddRange(ready.CommittedEntries);
            Reads.AddRange(ready.ReadStates);
            if (ready.CommittedEntries.Count > 0)
                Node.AdvanceApplied(ready.CommittedEntries[^1].Index);
            if (ready.Snapshot is { } snapshot)
            {
                Node.AdvancePersisted(snapshot.Index, snapshot.Term);
                Node.AdvanceApplied(snapshot.Index);
            }

            if (ready.Entries.Count > 0)
                Node.AdvancePersisted(ready.Entries[^1].Index, ready.Entries[^1].Term);
        }

        return sent;
    }

    /// <summary>Wins an election with the votes of everybody; returns what is sent as leader.</summary>
    public List<RaftMessage> Lead()
    {
        List<RaftMessage> sent = [];
        Node.Campaign();
        foreach (RaftMessage request in Work())
            sent.AddRange(Step(Message(MessageKind.VoteResponse, request.To.Value, request.Term.Value)));
        Assert.That(Node.Role, Is.EqualTo(RaftRole.Leader));
        return sent;
    }

    public ProposeResult Propose(params string[] commands) =>
        Node.Propose([.. commands.Select(static text => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(text))]);

    public ulong[] LogTerms() => Node.TryGetEntries(Node.FirstIndex, int.MaxValue, out var entries)
        ? [.. entries.ToArray().Select(static entry => entry.Term.Value)]
        : [];
}
