using System.Globalization;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Tests.Raft;

/// <summary>Runs the commands of a script against a cluster in memory; Scripts/README.md lists them.</summary>
internal sealed class ScriptRunner
{
    private const int MaxRounds = 200;

    private readonly SortedDictionary<NodeId, Member> _members = [];
    private readonly HashSet<NodeId> _cut = [];
    private readonly List<WireItem> _wire = [];
    private readonly StringBuilder _output = new();

    /// <summary>Runs one command and returns what it printed.</summary>
    public string Run(string command)
    {
        _output.Clear();
        string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Execute(words[0], words[1..]);
        return _output.Length == 0 ? "ok\n" : _output.ToString();
    }

    private void Execute(string verb, string[] words)
    {
        switch (verb)
        {
            case "cluster":
                CreateCluster(words);
                break;
            case "join":
                Join(words);
                break;
            case "deliver":
                Deliver(words.FirstOrDefault());
                break;
            case "drop":
                Drop(words.FirstOrDefault());
                break;
            case "wire":
                PrintAll(_wire.Select(item => RaftText.Message(item.Message)));
                break;
            case "settle":
                Settle(isQuiet: words.Contains("quietly"));
                break;
            case "heal":
                _cut.Clear();
                break;
            case "status" when words.Length == 0:
                PrintAll(_members.Values.Select(DescribeStatus));
                break;
            default:
                Execute(verb, Find(words[0]), words[1..]);
                break;
        }
    }

    private void Execute(string verb, Member member, string[] words)
    {
        RaftNode node = member.Node;
        switch (verb)
        {
            case "campaign":
                node.Campaign();
                break;
            case "tick":
                for (int i = 0; i < (words.Length == 0 ? 1 : Number(words[0])); i++)
                    node.Tick();
                break;
            case "timeout":
                TickUntilCampaign(node);
                break;
            case "propose":
                Print(Describe(node.Propose([.. words.Select(
                    static word => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(word))])));
                break;
            case "change":
                Print(Describe(node.ProposeConfiguration(
                    ParseChange(words), Encoding.UTF8.GetBytes(Option(words, "context", "")))));
                break;
            case "transfer":
                Print(node.TransferLeadership(Find(words[0]).Id).ToString());
                break;
            case "read":
                Print(node.RequestRead((ulong)Number(words[0])).Outcome.ToString());
                break;
            case "ready":
                TakeReady(member, isQuiet: false);
                break;
            case "persist":
                CompleteWrite(member, isQuiet: false);
                break;
            case "disk":
                member.IsDiskSlow = words[0] == "slow";
                break;
            case "unreachable":
                node.ReportUnreachable(Find(words[0]).Id);
                break;
            case "stepdown":
                node.StepDown();
                break;
            case "barred":
                node.IsBarredFromElection = words[0] == "on";
                break;
            case "setback":
                Print(node.IsSetBack ? "set back" : "no");
                break;
            case "forget":
                member.Forget(new LogIndex((ulong)Number(words[0])));
                break;
            case "snapshot":
                node.ReportSnapshot(Find(words[0]).Id, words[1] == "delivered");
                break;
            default:
                ExecuteOutside(verb, member, words);
                break;
        }
    }

    private void ExecuteOutside(string verb, Member member, string[] words)
    {
        switch (verb)
        {
            case "cut":
                _cut.Add(member.Id);
                break;
            case "crash":
                member.Crash(null);
                break;
            case "restart":
                member.Restart();
                break;
            case "compact":
                member.Compact(new LogIndex((ulong)Number(words[0])));
                break;
            case "status":
                Print(DescribeStatus(member));
                break;
            case "log":
                PrintLog(member);
                break;
            case "applied":
                Print(member.Commands.Count == 0 ? "(nothing)" : string.Join(' ', member.Commands));
                break;
            case "ignored":
                PrintAll(Enum.GetValues<IgnoreReason>().Where(reason => member.Node.Ignored(reason) > 0)
                    .Select(reason => $"{reason} {member.Node.Ignored(reason)}"));
                break;
            default:
                throw new FormatException($"unknown command {verb}");
        }
    }

    private void CreateCluster(string[] words)
    {
        Configuration configuration = new(Nodes(words.Where(static word => !word.Contains('='))),
            learners: Nodes(Option(words, "learners", "").Split(',', StringSplitOptions.RemoveEmptyEntries)));
        foreach (NodeId id in configuration.Members())
            _members[id] = CreateMember(id, configuration, words);
    }

    // A member that the cluster does not know yet: it starts empty, with the configuration that it was told.
    private void Join(string[] words) =>
        _members[Id(words[0])] = CreateMember(Id(words[0]), new Configuration(Nodes(words[1..].Where(
            static word => !word.Contains('=')))), words);

    private static Member CreateMember(NodeId id, Configuration configuration, string[] words)
    {
        Prng prng = new Prng((ulong)Number(Option(words, "seed", "1"))).Child(id.ToString());
        return new Member(id, configuration, prng, child => new RaftConfig
        {
            Id = id,
            Prng = child,
            PreVote = Option(words, "prevote", "on") == "on",
            CheckQuorum = Option(words, "checkquorum", "on") == "on",
            MaxInflightMessages = Number(Option(words, "inflight", "256")),
            MaxMessageBytes = Number(Option(words, "bytes", "1000000")),
            MaxUncommittedBytes = Number(Option(words, "uncommitted", "1000000")),
        });
    }

    private static void TickUntilCampaign(RaftNode node)
    {
        Term term = node.Term;
        RaftRole role = node.Role;
        for (int i = 0; i < 2 * 10 && node.Term == term && node.Role == role; i++)
            node.Tick();
    }

    private static ConfigurationChange ParseChange(string[] words) => new([.. words.Where(static word =>
        !word.StartsWith("context=", StringComparison.Ordinal)).Select(static word =>
    {
        string[] parts = word.Split('=');
        return new ConfigurationStep(parts[0] switch
        {
            "add" => ConfigurationOperation.AddVoter,
            "learner" => ConfigurationOperation.AddLearner,
            "remove" => ConfigurationOperation.Remove,
            "promote" => ConfigurationOperation.Promote,
            _ => throw new FormatException($"unknown change {word}"),
        }, Id(parts[1]));
    })]);

    private void TakeReady(Member member, bool isQuiet)
    {
        (Ready ready, List<WireItem> sent) = member.TakeReady();
        if (!isQuiet)
            PrintAll(RaftText.Ready(member.Id, ready));
        _wire.AddRange(sent);
    }

    private void CompleteWrite(Member member, bool isQuiet)
    {
        if (member.Disk.Writes.Count == 0)
        {
            Print("nothing to persist");
            return;
        }

        List<WireItem> sent = member.CompleteWrite();
        if (!isQuiet)
            Print($"durable {member.Id}: {member.Node.PersistedIndex}");
        _wire.AddRange(sent);
    }

    private void Deliver(string? link)
    {
        WireItem[] items = [.. _wire.Where(item => IsOn(item, link))];
        _wire.RemoveAll(item => IsOn(item, link));
        foreach (WireItem item in items)
            Deliver(item, isQuiet: false);
    }

    private void Deliver(WireItem item, bool isQuiet)
    {
        bool arrives = _members.TryGetValue(item.Message.To, out Member? to) && !to.IsDown
            && !_cut.Contains(item.Message.To) && !_cut.Contains(item.Message.From);
        if (!isQuiet)
            Print(RaftText.Message(item.Message) + (arrives ? "" : " (lost)"));
        if (arrives)
            to!.Receive(item);
    }

    private void Drop(string? link)
    {
        PrintAll(_wire.Where(item => IsOn(item, link)).Select(item => RaftText.Message(item.Message)));
        _wire.RemoveAll(item => IsOn(item, link));
    }

    private void Settle(bool isQuiet)
    {
        for (int round = 0; round < MaxRounds; round++)
        {
            bool didSomething = _wire.Count > 0;
            WireItem[] items = [.. _wire];
            _wire.Clear();
            foreach (WireItem item in items)
                Deliver(item, isQuiet);
            foreach (Member member in _members.Values.Where(static member => !member.IsDown))
            {
                while (member.Node.HasReady || (!member.IsDiskSlow && member.Disk.Writes.Count > 0))
                {
                    didSomething = true;
                    if (member.Node.HasReady)
                        TakeReady(member, isQuiet);
                    else
                        CompleteWrite(member, isQuiet);
                }
            }

            if (!didSomething)
                return;
        }

        Print($"still busy after {MaxRounds} rounds");
    }

    private void PrintLog(Member member)
    {
        Print($"first={member.Node.FirstIndex} last={member.Node.LastIndex}");
        if (member.Node.TryGetEntries(member.Node.FirstIndex, int.MaxValue, out ReadOnlyMemory<RaftEntry> entries))
            PrintAll(entries.ToArray().Select(RaftText.Entry));
    }

    private static string Describe(ProposeResult result) => result.Outcome switch
    {
        ProposeOutcome.Accepted => $"accepted at {RaftText.At(result.First, result.Term)}",
        ProposeOutcome.InvalidChange => $"refused: {result.Refusal}",
        _ => $"refused: {result.Outcome} (leader {result.Leader})",
    };

    private static string DescribeStatus(Member member) =>
        member.IsDown ? $"{member.Id}: down" : RaftText.Status(member.Node.Status());

    private static bool IsOn(WireItem item, string? link) =>
        link is null || link == $"{item.Message.From}>{item.Message.To}" || link == $">{item.Message.To}"
        || link == $"{item.Message.From}>";

    private Member Find(string word) => _members[Id(word)];

    private static NodeId Id(string word) => new((ulong)Number(word));

    private static IEnumerable<NodeId> Nodes(IEnumerable<string> words) => words.Select(Id);

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);

    private static string Option(string[] words, string name, string otherwise) =>
        words.FirstOrDefault(word => word.StartsWith(name + "=", StringComparison.Ordinal)) is { } found
            ? found[(name.Length + 1)..]
            : otherwise;

    private void PrintAll(IEnumerable<string> lines)
    {
        foreach (string line in lines)
            Print(line);
    }

    private void Print(string line) => _output.Append(line).Append('\n');
}
