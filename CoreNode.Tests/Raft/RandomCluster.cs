using System.Globalization;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Tests.Raft;

/// <summary>
/// A cluster under one seed: time, disks and network do whatever is legal, members crash and come back, members come
/// and go. Everything is checked as it happens.
/// </summary>
internal sealed class RandomCluster
{
    private const int MaxMembers = 7;
    private const int MaxWire = 200;

    private readonly Prng _prng;
    private readonly SafetyChecker _checker = new();
    private readonly List<Member> _members = [];
    private readonly List<WireItem> _wire = [];
    private readonly Configuration _initial;
    private readonly HashSet<(NodeId, NodeId)> _cutLinks = [];
    private readonly double _loss;
    private readonly double _turmoil;
    private readonly double _diskSpeed;
    private readonly bool _preVote;
    private readonly bool _checkQuorum;
    private readonly bool _changesMembers;
    private int _proposals;

    public RandomCluster(ulong seed)
    {
        _prng = new Prng(seed);
        _loss = _prng.Chance(0.5) ? 0 : _prng.NextDouble() * 0.3;
        _turmoil = _prng.NextDouble();
        _diskSpeed = 0.1 + _prng.NextDouble() * 0.9;
        _preVote = _prng.Chance(0.7);
        _checkQuorum = _prng.Chance(0.7);
        _changesMembers = _prng.Chance(0.5);
        int voters = 1 + _prng.Next(5);
        _initial = new Configuration(Enumerable.Range(1, voters).Select(static id => new NodeId((ulong)id)));
        foreach (NodeId id in _initial.Voters)
            Add(id);
    }

    public int Elections { get; private set; }

    public LogIndex HighestApplied => _checker.HighestApplied;

    public int ReadsAnswered => _checker.ReadsAnswered;

    /// <summary>Some steps of chaos.</summary>
    public void Run(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            Step();
            if (i % 128 == 0)
                CheckLogs();
        }
    }

    /// <summary>Everything is well again: a leader must emerge, and a new command must reach everybody.</summary>
    public void Recover()
    {
        _cutLinks.Clear();
        foreach (Member member in _members.Where(static member => member.IsDown))
            member.Restart();
        string last = $"last {_proposals}";
        for (int round = 0; round < 400; round++)
        {
            foreach (Member member in _members)
            {
                Input(member, member.Node.Tick);
                Drain(member);
            }

            DeliverAll();
            if (round % 20 == 0)
                ReportLostSnapshots();
            Member? leader = _members.Where(static member => member.Node.Role == RaftRole.Leader)
                .MaxBy(static member => member.Node.Term);
            if (leader is null)
                continue;
            if (!leader.Commands.Contains(last))
                Input(leader, () => leader.Node.Propose([Encoding.UTF8.GetBytes(last)]));
            else if (leader.Node.Configuration.Members().All(id => Find(id).Commands.Contains(last)))
                return;
        }

        throw new AssertionException("the healed cluster did not commit: "
            + string.Join("; ", _members.Select(static member => RaftText.Status(member.Node.Status()))));
    }

    private void Step()
    {
        Member member = _members[_prng.Next(_members.Count)];
        if (member.IsDown)
        {
            if (_prng.Chance(0.1))
                member.Restart();
            return;
        }

        for (int i = _prng.Next(5); i > 0; i--)
            DeliverOne();
        if (member.Node.HasReady && _prng.Chance(0.8))
            TakeReady(member);
        if (member.Disk.Writes.Count > 0 && _prng.Chance(_diskSpeed))
            CompleteWrite(member);
        if (_prng.Chance(0.4))
            Input(member, member.Node.Tick);
        if (_prng.Chance(0.2))
            Propose(member);
        if (_prng.Chance(0.05))
            Input(member, () => member.Node.RequestRead(_checker.BeginRead()));
        if (_prng.Chance(_turmoil))
            Disturb(member, _prng.Next(1000));
    }

    private void Disturb(Member member, int choice)
    {
        switch (choice)
        {
            case < 4:
                for (int i = 0; i < 20; i++)
                    Input(member, member.Node.Tick);
                break;
            case < 12:
                CutOrHeal();
                break;
            case < 30:
                member.Crash(_prng);
                break;
            case < 60:
                LogIndex snapshot = member.Disk.Snapshot.Metadata.Index;
                if (member.Applied > snapshot && member.Node.TryGetTerm(member.Applied, out _))
                    member.Compact(member.Applied - (ulong)_prng.Next((int)(member.Applied - snapshot)));
                break;
            case < 75:
                ReportTransport(member);
                break;
            case < 85:
                Input(member, () => member.Node.TransferLeadership(_members[_prng.Next(_members.Count)].Id));
                break;
            case < 110 when _changesMembers:
                ChangeMembers(member);
                break;
        }
    }

    private void Propose(Member member)
    {
        ReadOnlyMemory<byte>[] commands = new ReadOnlyMemory<byte>[1 + _prng.Next(3)];
        for (int i = 0; i < commands.Length; i++)
            commands[i] = Encoding.UTF8.GetBytes((++_proposals).ToString(CultureInfo.InvariantCulture));
        Input(member, () => member.Node.Propose(commands));
    }

    private void ChangeMembers(Member member)
    {
        ConfigurationStep[] steps = new ConfigurationStep[1 + _prng.Next(3)];
        for (int i = 0; i < steps.Length; i++)
            steps[i] = new ConfigurationStep((ConfigurationOperation)(1 + _prng.Next(4)),
                new NodeId((ulong)(1 + _prng.Next(MaxMembers))));
        Input(member, () => member.Node.ProposeConfiguration(new ConfigurationChange(steps)));
        foreach (NodeId id in member.Node.Configuration.Members())
        {
            if (_members.All(known => known.Id != id))
                Add(id);
        }
    }

    private void ReportTransport(Member member)
    {
        NodeId other = _members[_prng.Next(_members.Count)].Id;
        if (_prng.Chance(0.5))
            Input(member, () => member.Node.ReportUnreachable(other));
        else
            Input(member, () => member.Node.ReportSnapshot(other, isDelivered: false));
    }

    // The transport's duty after a snapshot that went missing in the chaos.
    private void ReportLostSnapshots()
    {
        foreach (Member member in _members)
        {
            foreach (Member other in _members)
                member.Node.ReportSnapshot(other.Id, isDelivered: false);
        }
    }

    private void CutOrHeal()
    {
        if (_cutLinks.Count > 0 && _prng.Chance(0.6))
        {
            _cutLinks.Clear();
            return;
        }

        // Two halves that do not hear each other, a leader alone more often than not, or any links one way.
        bool isSplit = _prng.Chance(0.8);
        bool isLeaderAlone = _prng.Chance(0.6);
        HashSet<NodeId> half = [.. _members.Where(member => isLeaderAlone
            ? member.Node.Role == RaftRole.Leader
            : _prng.Chance(0.4)).Select(static member => member.Id)];
        foreach (Member from in _members)
        {
            foreach (Member to in _members)
            {
                if (isSplit ? half.Contains(from.Id) != half.Contains(to.Id) : _prng.Chance(0.3))
                    _cutLinks.Add((from.Id, to.Id));
            }
        }
    }

    private void DeliverOne()
    {
        if (_wire.Count == 0)
            return;

        // Mostly in order, sometimes not.
        int at = _prng.Chance(0.7) ? 0 : _prng.Next(_wire.Count);
        WireItem item = _wire[at];
        if (!_prng.Chance(0.05))
            _wire.RemoveAt(at);
        if (!_prng.Chance(_loss) && !_cutLinks.Contains((item.Message.From, item.Message.To)))
            Deliver(item);
        if (_wire.Count > MaxWire)
            _wire.RemoveRange(0, MaxWire / 2);
    }

    private void DeliverAll()
    {
        for (int round = 0; round < 50 && _wire.Count > 0; round++)
        {
            WireItem[] items = [.. _wire];
            _wire.Clear();
            foreach (WireItem item in items)
                Deliver(item);
            foreach (Member member in _members)
                Drain(member);
        }
    }

    private void Deliver(WireItem item)
    {
        if (_members.FirstOrDefault(member => member.Id == item.Message.To) is { IsDown: false } to)
            Input(to, () => to.Receive(item));
    }

    private void Drain(Member member)
    {
        while (member.Node.HasReady || member.Disk.Writes.Count > 0)
        {
            if (member.Node.HasReady)
                TakeReady(member);
            else
                CompleteWrite(member);
        }
    }

    private void TakeReady(Member member)
    {
        int reads = member.Reads.Count;
        (Ready _, List<WireItem> sent) = member.TakeReady();
        Send(member, sent);
        foreach (ReadState read in member.Reads.Skip(reads))
            _checker.EndRead(read);
    }

    private void CompleteWrite(Member member)
    {
        List<WireItem> sent = [];
        Input(member, () => sent = member.CompleteWrite());
        Send(member, sent);
    }

    private void Send(Member member, List<WireItem> sent)
    {
        foreach (WireItem item in sent)
            SafetyChecker.Sent(member, item.Message);
        _wire.AddRange(sent);
    }

    private void Input(Member member, Action input)
    {
        Term term = member.Node.Term;
        RaftRole role = member.Node.Role;
        input();
        if (member.Node.Role != RaftRole.Leader || (role == RaftRole.Leader && term == member.Node.Term))
            return;
        Elections++;
        _checker.Leads(member);
    }

    private void CheckLogs()
    {
        for (int i = 0; i < _members.Count; i++)
        {
            for (int j = 0; j < i; j++)
                SafetyChecker.Matching(_members[i], _members[j]);
        }
    }

    private Member Find(NodeId id) => _members.First(member => member.Id == id);

    private void Add(NodeId id) => _members.Add(new Member(id, _initial, _prng.Child($"member {id}"),
        prng => new RaftConfig
        {
            Id = id,
            Prng = prng,
            PreVote = _preVote,
            CheckQuorum = _checkQuorum,
            MaxInflightMessages = 4,
            MaxMessageBytes = 100,
            MaxApplyBytes = 100,
        })
    {
        OnApply = _checker.Applied,
    });
}
